/** Cases for the toy engines of this folder: `r0 = value; exit`. */
import type { ConformanceCase } from '../../../src/conformance/types.js';

export function moves(value: number, memory?: Uint8Array): ConformanceCase {
  const program = new Uint8Array(16);
  const view = new DataView(program.buffer);
  view.setUint8(0, 0xb7);
  view.setInt32(4, value, true);
  view.setUint8(8, 0x95);
  return {
    name: `mov64_imm/imm=${value}`,
    group: 'base64',
    needs: [],
    since: 'v1',
    source: 'RFC 9669 section 4.1',
    program,
    ...(memory === undefined ? {} : { memory }),
    expect: { kind: 'value', r0: [BigInt(value)], ...(memory === undefined ? {} : { memory }) },
  };
}
