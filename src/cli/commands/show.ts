/** `beeswax show`: what an object file holds, without loading it. */
import { readElfObject } from '../../elf/index.js';
import { printable, type Style, style } from '../../util/ansi.js';
import { columns, counted, grouped } from '../format.js';
import { jsonText } from '../json.js';
import { type MapSummary, type ObjectSummary, type ProgramSummary, summarizeObject } from '../object_summary.js';
import type { RunCommand } from '../run_command.js';
import { targetTypes } from '../target_types.js';

export const show: RunCommand = async (path, options, terminal) => {
  const bytes = await terminal.read(path);
  const object = readElfObject(bytes, {
    file: path,
    ...(await targetTypes(options, terminal)),
    ...(options.type === undefined ? {} : { defaultType: options.type }),
  });
  const summary = summarizeObject(object, bytes);
  terminal.out(options.json === true ? jsonText(summary) : objectReport(summary, style(terminal.colorOut)));
  return 0;
};

function objectReport(summary: ObjectSummary, styles: Style): string {
  const { bold, dim } = styles;
  const { object, license, programs, maps, variables, externs, sections, relocations, notes } = summary;
  const block = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${line}`)];
  const relocated = columns(
    relocations.map(({ section, offset, kind, target }) => [
      `${printable(section)}+0x${offset.toString(16)}`,
      kind,
      printable(target),
    ]),
  );
  return `${[
    `${bold(printable(object))} ${dim(license === '' ? 'no license' : `license ${printable(license)}`)}`,
    ...block(
      'programs',
      programs.flatMap((program) => programLines(program, styles)),
    ),
    ...block(
      'maps',
      maps.flatMap((map) => mapLines(map, styles)),
    ),
    ...block(
      'variables',
      columns(variables.map(({ name, map, offset, type }) => [printable(name), printable(type), `${map}+${offset}`])),
    ),
    ...block('externs', columns(externs.map(({ name, kind, weak }) => [printable(name), kind, weak ? 'weak' : '']))),
    ...block(
      'sections',
      columns(
        sections.map(({ name, size }) => [printable(name), grouped(size)]),
        [1],
      ),
    ),
    ...block('relocations', relocated),
    ...block('notes', notes.map(printable)),
  ].join('\n')}\n`;
}

function programLines(program: ProgramSummary, { bold, dim, red }: Style): string[] {
  const { name, section, type, insns, functions, maps, helpers, sources, error } = program;
  const list = (label: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`  ${dim(label)} ${items.map(printable).join(', ')}`];
  return [
    `${bold(printable(name))}  ${type}, section ${printable(section)}, ${counted(insns, 'instruction slot')}`,
    ...list(
      'source   ',
      sources.map(({ file, first, last }) => `${file}:${first}-${last}`),
    ),
    ...list('functions', functions.slice(1)),
    ...list('maps     ', maps),
    ...list('helpers  ', helpers),
    ...(error === undefined ? [] : [red(`  cannot be loaded: ${printable(error.message)} [${error.code}]`)]),
  ];
}

function mapLines(map: MapSummary, { bold, dim, red }: Style): string[] {
  const { name, type, key, keySize, value, valueSize, maxEntries, flags, pinning, slots, error } = map;
  if (error !== undefined) return [`${bold(printable(name))}  ${red(`cannot be made: ${printable(error.message)}`)}`];
  const entries = maxEntries === 1 ? '1 entry' : `${grouped(maxEntries)} entries`;
  const more = [...flags, ...(pinning === 'none' ? [] : [`pinned ${pinning}`])];
  return [
    `${bold(printable(name))}  ${type}, ${entries}${more.length === 0 ? '' : `, ${more.join(', ')}`}`,
    `  ${dim('key  ')} ${printable(key)} ${dim(`(${counted(keySize, 'byte')})`)}`,
    `  ${dim('value')} ${printable(value)} ${dim(`(${counted(valueSize, 'byte')})`)}`,
    ...Object.entries(slots ?? {}).map(([slot, target]) => `  ${dim('slot ')} ${slot} = ${printable(target)}`),
  ];
}
