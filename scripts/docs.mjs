// Writes the reference pages in docs/ from the tables in dist/: instructions, helpers, maps, errors, command line.
// With --check writes nothing, and fails when a page is not what the tables say.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const load = (path) => import(new URL(`../dist/${path}`, import.meta.url));

const { OPS } = await load('isa/table.js');
const { HELPERS } = await load('abi/helpers.js');
const { KERNEL_HELPER_NAMES } = await load('abi/helper_names.js');
const { MAP_TYPES } = await load('abi/map_types.js');
const { PROGRAM_TYPES } = await load('abi/program_types.js');
const { CATALOGUE } = await load('util/catalogue.js');
const { COMMANDS } = await load('cli/command_table.js');
const { EXIT_BY_KIND, EXIT_CODES } = await load('cli/exit_codes.js');
const { OPTIONS, optionHelp, optionSyntax } = await load('cli/options.js');
const { usage } = await load('cli/help.js');

const cell = (text) => String(text).replaceAll('|', '\\|');
const table = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];
const code = (text) => `\`${text}\``;
const page = (title, from, intro, ...blocks) =>
  `${[`# ${title}`, '', `<!-- Written by scripts/docs.mjs from ${from}: change that, then run it. -->`, '', intro, '', ...blocks.flat()].join('\n').trimEnd()}\n`;

function isa() {
  const column = (value, words) => (typeof value === 'number' ? String(value) : (words[value] ?? value));
  const reg = { r: 'read', w: 'written', rw: 'read, written' };
  const groups = [...new Set(OPS.map((op) => op.group))];
  const blocks = groups.map((group) => [
    `## ${group}`,
    '',
    ...table(
      ['instruction', 'opcode', 'width', 'dst', 'src', 'off', 'imm', 'since', 'source'],
      OPS.filter((op) => op.group === group).map((op) => [
        code(op.name),
        code(`0x${op.opcode.toString(16).padStart(2, '0')}`),
        op.width,
        column(op.dst, reg),
        column(op.src, reg),
        column(op.off, {}),
        column(op.imm, {}),
        op.since,
        /^\d/.test(op.source) ? `RFC 9669 §${op.source}` : op.source,
      ]),
    ),
    '',
  ]);
  return page(
    'Instructions',
    '`src/isa/table.ts`',
    `The ${OPS.length} instruction variants by conformance group (RFC 9669 section 2.4; \`callx\`, \`may_goto\` and \`load_acquire\` are what compilers emit beyond it). A number in a column is what the field must hold. \`since\` is the cpu version that clang's \`-mcpu\` gives an instruction.`,
    ...blocks,
  );
}

function helpers() {
  const rows = Object.entries(HELPERS).map(([name, { id, args, returns, types }]) => [
    id,
    code(`bpf_${name}`),
    args.length === 0 ? '–' : args.join(', '),
    returns.replaceAll('_', ' '),
    types === undefined ? 'all' : types.join(', '),
  ]);
  const missing = Object.entries(KERNEL_HELPER_NAMES)
    .filter(([, name]) => name !== undefined && !(name in HELPERS) && name !== 'unspec')
    .map(([id, name]) => [id, code(`bpf_${name}`)]);
  return page(
    'Helpers',
    '`src/abi/helpers.ts`',
    `The ${rows.length} helper functions that programs can call, with what each argument must be. An embedder can add its own.`,
    table(['number', 'helper', 'arguments', 'returns', 'program types'], rows),
    [
      '',
      '## Not there',
      '',
      'A program that calls one of these is refused at load, by name; `--engine kernel` has them.',
      '',
    ],
    table(['number', 'helper'], missing),
  );
}

function maps() {
  const rows = Object.entries(MAP_TYPES).map(([name, { id, perCpu, indexed, holds, state }]) => [
    id,
    code(name),
    [indexed && 'index below max_entries', perCpu && 'a value per CPU', holds && `holds a ${holds}`]
      .filter(Boolean)
      .join(', ') || 'any key and value',
    state === 'works' ? 'works' : 'not yet',
  ]);
  const types = Object.entries(PROGRAM_TYPES).map(([name, { id, verdicts }]) => [
    id === 0 ? '–' : id,
    code(name),
    Object.values(verdicts).join(', ') || 'the number',
  ]);
  return page(
    'Maps and program types',
    '`src/abi/map_types.ts` and `src/abi/program_types.ts`',
    'Map types of linux/bpf.h. An object with a map of a type that is not there yet still loads: the programs that name the map are refused, the others run.',
    table(['number', 'type', 'keys and values', 'state'], rows),
    [
      '',
      '## Program types',
      '',
      'What `--type` takes where a section name does not say the type, and the names of return values.',
      '',
    ],
    table(['number', 'type', 'verdicts'], types),
  );
}

function errors() {
  const entries = Object.entries(CATALOGUE).map(([name, { kind, cause, remedy }]) => [
    `## ${name}`,
    '',
    `Exit code ${EXIT_BY_KIND[kind]}.`,
    '',
    `**Cause.** ${cause}`,
    '',
    `**Remedy.** ${remedy}`,
    '',
  ]);
  return page(
    'Errors',
    '`src/util/catalogue.ts`',
    `The ${Object.keys(CATALOGUE).length} errors that a user can meet, by their stable code. In the library each is a \`BeeswaxError\` with \`code\`, \`data\`, \`location\`, \`notes\` and \`suggestion\`.`,
    ...entries,
  );
}

function cli() {
  const commands = COMMANDS.map((command) => [
    `## beeswax ${command.name}`,
    '',
    '```',
    usage(command),
    '```',
    '',
    command.description,
    '',
    ...command.examples.flatMap(({ line, what }) => ['```sh', `${line}   # ${what}`, '```', '']),
    ...(command.options.length === 0
      ? []
      : [
          ...table(
            ['option', 'meaning'],
            command.options.map((name) => [code(optionSyntax(OPTIONS[name]).trim()), optionHelp(OPTIONS[name])]),
          ),
          '',
        ]),
  ]);
  return page(
    'Command line',
    '`src/cli/command_table.ts` and `src/cli/options.ts`',
    'Commands, options, JSON shapes and exit codes are a contract: they are added to, never renamed. `NO_COLOR` is honoured; progress and traces go to stderr; `BEESWAX_DEBUG=1` adds stacks to unexpected errors.',
    ...commands,
    ['## Exit codes', '', ...table(['code', 'meaning'], Object.entries(EXIT_CODES)), ''],
    JSON_SHAPES,
  );
}

const JSON_SHAPES = [
  '## JSON',
  '',
  'With `--json` a command prints one document on stdout and nothing else. An error is `{"error": {"code", "message", "location", "notes", "suggestion", "data"}}`. Numbers past 2^53 are decimal text. What may be absent is marked `?`.',
  '',
  '| command | document |',
  '|---|---|',
  '| `run` | `{"packets", "verdicts": {NAME: COUNT}, "seconds", "packetsPerSecond", "traps": [{"code", "message", "program", "pc", "count", "firstPacket", "location"}], "maps": {MAP: [{"key", "before"?, "after"?}]}, "engine", "program", "notRun"?, "mapsNotCompared"?, "error"?}` |',
  '| `run --verdicts` | a line a packet: `{"packet", "retval", "verdict", "data", "metaLength"?, "redirect"?, "trap"?}`, `data` being hex of metadata and packet after the run; `{"packet", "error"}` for one of a length that cannot be run |',
  '| `run --dump-maps` | `{MAP: [{"key", "value"}]}`, which `--maps` reads |',
  '| `test` | `{"retval", "verdict", "data", "nsPerRun", "repeat", "metaLength"?, "context"?, "redirect"?, "trap"?}` |',
  '| `show` | `{"object", "license", "programs": [{"name", "section", "type", "insns", "functions", "maps", "helpers", "sources", "lines", "error"?}], "maps": [{"name", "type", "keySize", "valueSize", "maxEntries", "key", "value", "flags", "pinning", "slots"?, "error"?}], "variables", "externs", "sections", "relocations", "notes"}` |',
  '| `disasm` | `{"programs": [{"name", "section", "type", "insns": [{"pc", "text", "source"?}]}], "failures"}`; with `--wat` `{"programs": [{"name", "wat"}]}` |',
  '| `asm` | `{"output", "bytes", "programs", "maps"}` |',
  '| `conformance` | `{"engine", "passed", "failed", "skipped", "cases": [{"name", "group", "status", "detail", "engine", "instruction"?, "skipped"?, "source"?, "got"?, "wanted"?, "file"?}], "engines": [{"name", "version", "option", "passed", "failed", "unclaimed", "refused", "seconds"}], "date", "beeswax", "machine", "error"?}`, a case a line; status is passed, failed or skipped, and the detail of a skipped case begins with unclaimed or refused |',
  '| `conformance --compare` | `{"worse": [{"name", "engine", "before"?, "after"?}], "better", "changed", "added", "removed", "unchanged"}` |',
  '| `fuzz` | `{"seed", "programs", "first", "engines": {NAME: {"compared", "refused", "different"}}, "found": [{"seed", "engine", "file"?, "path"?}], "seconds"}`: counts against the first engine; `file` is the case as text, of the first differences |',
];

const pages = { isa, helpers, maps, errors, cli };
const check = process.argv.includes('--check');
const stale = [];
for (const [name, write] of Object.entries(pages)) {
  const path = join(root, 'docs', `${name}.md`);
  const text = write();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (check) stale.push(`docs/${name}.md`);
  else writeFileSync(path, text);
}
if (stale.length > 0) {
  console.error(`not what the tables say: ${stale.join(', ')}; run \`npm run build && node scripts/docs.mjs\``);
  process.exit(1);
}
