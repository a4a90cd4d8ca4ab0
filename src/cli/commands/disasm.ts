/** `beeswax disasm`: the bytecode of programs with its source lines, or the WebAssembly that it becomes. */
import { disassemble } from '../../asm/disassemble.js';
import { formatInsn } from '../../asm/format.js';
import { type ElfObject, findMap, linkProgram, readElfObject } from '../../elf/index.js';
import { chooseProgram } from '../../engine/object.js';
import type { MapSpec } from '../../model/map_spec.js';
import type { Program } from '../../model/program.js';
import { type Style, style } from '../../util/ansi.js';
import { type BeeswaxError, isBeeswaxError } from '../../util/errors.js';
import { errorJson } from '../../util/render_error.js';
import { jsonText } from '../json.js';
import type { Options } from '../options.js';
import { reportError } from '../report_error.js';
import type { RunCommand } from '../run_command.js';
import { targetTypes } from '../target_types.js';
import type { Terminal } from '../terminal.js';

interface Failure {
  readonly program: string;
  readonly error: BeeswaxError;
}

export const disasm: RunCommand = async (path, options, terminal) => {
  const object = readElfObject(await terminal.read(path), {
    file: path,
    ...(await targetTypes(options, terminal)),
    ...(options.type === undefined ? {} : { defaultType: options.type }),
  });
  const { programs, failures } = linkChosen(object, options.program);
  if (options.wat === true) return printWat(object, programs, options, terminal);

  if (options.json === true) terminal.out(jsonText(listingJson(programs, failures)));
  else {
    for (const { error } of failures) reportError(error, terminal, 'warning');
    const listing = { programs, maps: mapsOf(object, programs), license: object.license };
    terminal.out(painted(disassemble(listing, { pcs: true, sources: true }), style(terminal.colorOut)));
  }
  return 0;
};

/** All programs that link, or the one asked for. @throws BeeswaxError when it does not, or none does. */
function linkChosen(object: ElfObject, name: string | undefined): { programs: Program[]; failures: Failure[] } {
  const specs = name === undefined ? object.programs : [chooseProgram(object.programs, [], name)];
  const programs: Program[] = [];
  const failures: Failure[] = [];
  for (const spec of specs) {
    try {
      programs.push(linkProgram(object, spec.name));
    } catch (thrown) {
      if (!isBeeswaxError(thrown)) throw thrown;
      failures.push({ program: spec.name, error: thrown });
    }
  }
  if (programs.length === 0) chooseProgram(programs, failures, name);
  return { programs, failures };
}

/** The maps that programs name, in order of the object. */
function mapsOf(object: ElfObject, programs: readonly Program[]): MapSpec[] {
  const named = new Set<MapSpec | undefined>();
  for (const { insns } of programs) {
    for (const { ref } of insns)
      if (ref?.kind === 'map' || ref?.kind === 'map_value') named.add(findMap(object, ref.map));
  }
  return [...object.maps.values()].filter((map) => named.has(map));
}

function listingJson(programs: readonly Program[], failures: readonly Failure[]): unknown {
  return {
    programs: programs.map(({ name, section, type, insns, lines }) => ({
      name,
      section,
      type,
      insns: insns.map((insn) => {
        const source = lines.get(insn.pc);
        return {
          pc: insn.pc,
          text: formatInsn(insn, { helperNames: true }),
          ...(source === undefined ? {} : { source }),
        };
      }),
    })),
    failures: failures.map(({ program, error }) => ({ program, error: errorJson(error) })),
  };
}

/** Source lines dimmed, labels bold: line by line, as the listing has one thing a line. */
function painted(text: string, { bold, dim }: Style): string {
  return text.replace(/^.*$/gm, (line) =>
    line.startsWith(';') ? dim(line) : /^[^\s.].*:$/.test(line) ? bold(line) : line,
  );
}

async function printWat(
  object: ElfObject,
  programs: readonly Program[],
  options: Options,
  terminal: Terminal,
): Promise<number> {
  // A plain listing needs neither of these.
  const [{ Engine }, { compileModule }] = await Promise.all([
    import('../../engine/engine.js'),
    import('../../codegen/compile.js'),
  ]);
  const engine = await Engine.create({ engine: 'interp' });
  try {
    const loaded = await engine.load(object);
    const modules: { name: string; wat: string }[] = [];
    for (const { name } of programs) {
      const { placed, runtime } = loaded.program(name);
      const { wat = '' } = await compileModule([placed], runtime.memory.bounds, { wat: true });
      modules.push({ name, wat });
    }
    if (options.json === true) terminal.out(jsonText({ programs: modules }));
    else for (const { name, wat } of modules) terminal.out(`;; program ${name}\n${wat}`);
    return 0;
  } finally {
    engine.close();
  }
}
