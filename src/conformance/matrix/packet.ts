/** Legacy packet loads: offsets to both sides of the packet's ends, and indexes that carry past 32 bit. */
import { OPS } from '../../isa/table.js';
import type { ConformanceCase } from '../types.js';
import { assembleSteps, ProgramCases, type Step, sourceOf } from './program.js';

const PACKET = Uint8Array.from({ length: 20 }, (_, i) => 0x81 + 5 * i);
const CONTEXT: Step = ['mov64_reg', { dst: 6, src: 1 }];
/** r0 shows that a load past the end ends the program with 0. */
const END: Step[] = [['or64_imm', { dst: 0, imm: 0 }], ['exit']];

export function* packetCases(): Generator<ConformanceCase> {
  for (const op of OPS) {
    if (op.group !== 'packet') continue;
    const source = sourceOf(op);
    const bytes = op.width / 8;
    const offsets = [
      ...Array.from({ length: PACKET.length + 2 + bytes }, (_, i) => i - bytes),
      0x7fff_ffff,
      -0x8000_0000,
    ];
    for (const imm of offsets) {
      const none: Step[] = op.sem === 'ld_ind' ? [['mov64_imm', { dst: 7 }]] : [];
      const program = assembleSteps([
        CONTEXT,
        ...none,
        [op, { src: 7, imm }],
        ['add64_imm', { dst: 0, imm: 1 }],
        ['exit'],
      ]);
      yield new ProgramCases(program, { source }).on(`${op.name}/offset=${imm}`, PACKET);
    }
    if (op.sem !== 'ld_ind') continue;
    for (const [index, imm] of INDEXES) {
      const program = assembleSteps([CONTEXT, ['lddw', { dst: 7, imm64: index }], [op, { src: 7, imm }], ...END]);
      yield new ProgramCases(program, { source }).on(`${op.name}/index=${index}/offset=${imm}`, PACKET);
    }
  }
}

const INDEXES: readonly (readonly [index: bigint, imm: number])[] = [
  [3n, 0],
  [3n, 5],
  [8n, -4],
  [-4n, 8],
  [20n, 0],
  [19n, 0],
  [17n, 0],
  [16n, 0],
  [15n, 1],
  [0x1_0000_0004n, 0],
  [0xffff_fffcn, 8],
  [1n << 63n, 2],
  [0x7fff_ffffn, 1],
];
