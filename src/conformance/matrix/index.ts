/** The matrix: cases derived from the opcode table, made one by one as they are asked for, always the same. */
import type { ConformanceCase } from '../types.js';
import { arithmeticCases, immediateCases, registerCases } from './arithmetic.js';
import { callCases } from './calls.js';
import { encodingCases } from './encoding.js';
import { jumpCases } from './jumps.js';
import { inputCases, stackCases, valueCases, wildCases } from './memory.js';
import { packetCases } from './packet.js';

/** The parts of the matrix, by name. */
export const MATRIX_PARTS = {
  arithmetic: arithmeticCases,
  registers: registerCases,
  immediates: immediateCases,
  jumps: jumpCases,
  calls: callCases,
  memory: valueCases,
  input: inputCases,
  stack: stackCases,
  wild: wildCases,
  packet: packetCases,
  encoding: encodingCases,
} as const satisfies Readonly<Record<string, () => Iterable<ConformanceCase>>>;

export type MatrixPart = keyof typeof MATRIX_PARTS;

/** All cases, or those of some parts. */
export function* matrixCases(parts = Object.keys(MATRIX_PARTS) as readonly MatrixPart[]): Generator<ConformanceCase> {
  for (const part of parts) yield* MATRIX_PARTS[part]();
}
