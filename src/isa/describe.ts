/** The opcode table as a page of the docs, in Markdown. `docs/isa.md` is made of it. */
import { type Group, OPS, type Op } from './table.js';

/** What each conformance group holds. */
const GROUPS = {
  base32: '32-bit arithmetic, jumps and memory',
  base64: '64-bit arithmetic, jumps, calls and memory',
  divmul32: '32-bit multiplication, division and remainder',
  divmul64: '64-bit multiplication, division and remainder',
  atomic32: '32-bit atomics',
  atomic64: '64-bit atomics',
  packet: 'legacy packet access',
  callx: 'calls through a register (not in the RFC)',
  may_goto: 'bounded loops by `may_goto` (not in the RFC)',
  load_acquire: 'load-acquire and store-release (not in the RFC)',
} as const satisfies Record<Group, string>;

/** Examples of the text syntax come from above this floor: the text of a row, or undefined. */
export type Example = (op: Op) => string | undefined;

/** The page: a table a group, a row an instruction. */
export function describeIsa(example: Example = () => undefined): string {
  const groups = Object.entries(GROUPS).map(([group, what]) => {
    const rows = OPS.filter((op) => op.group === group).map((op) => describeRow(op, example(op)));
    return [
      `## ${group}: ${what}`,
      '',
      '| name | text | opcode | dst | src | off | imm | since | defined in |',
      '|---|---|---|---|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return `${INTRODUCTION}\n${groups.join('\n')}`;
}

const INTRODUCTION = `# Instructions

All ${OPS.length} instructions that beeswax knows, derived from \`src/isa/table.ts\`. Numbers in the columns *src*, *off* and
*imm* are what the field must hold; \`r\` is read, \`w\` written, \`rw\` both. *since* is the cpu version of clang's \`-mcpu\`,
\`ext\` for what came after v4. Sections are those of RFC 9669.
`;

function describeRow(op: Op, text: string | undefined): string {
  const cells = [
    `\`${op.name}\``,
    text === undefined ? '' : `\`${text.replaceAll('|', '\\|')}\``,
    hex(op.opcode),
    field(op.dst),
    field(op.src),
    field(op.off),
    field(op.imm),
    op.since,
    /^\d/.test(op.source) ? `RFC 9669 section ${op.source}` : op.source,
  ];
  return `| ${cells.join(' | ')} |`;
}

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** A column: a use by its word, a number in hexadecimal where it is large. */
function field(column: string | number): string {
  return typeof column === 'string' ? column : column > 9 ? hex(column) : String(column);
}
