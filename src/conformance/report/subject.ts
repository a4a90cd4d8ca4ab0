/** Which instruction a case is about: the row of the report that it counts in. */
import { OPS, type Op, type OpName } from '../../isa/table.js';
import { opsOf } from '../requirements.js';
import type { ConformanceCase } from '../types.js';

const NAMES: ReadonlySet<string> = new Set(OPS.map((op) => op.name));

/** What nearly every program needs around the instruction that it tests. */
const SCAFFOLD: ReadonlySet<Op['sem']> = new Set<Op['sem']>(['mov', 'lddw', 'exit', 'ja']);

/** Whether a word names a row of the opcode table. */
export function isOpName(word: string): word is OpName {
  return NAMES.has(word);
}

/**
 * The instruction that a name begins with (`arsh32_imm/…`, as in the matrix). Else, as a program ends with what it is
 * about, the last that is more than scaffold, of its group if there is one; undefined when it has no instruction.
 */
export function subjectOf(test: ConformanceCase): OpName | undefined {
  const word = test.name.split('/', 1)[0] as string;
  if (isOpName(word)) return word;
  const ops = opsOf(test.program);
  const telling = ops.filter(({ sem }) => !SCAFFOLD.has(sem));
  return (telling.findLast(({ group }) => group === test.group) ?? telling.at(-1) ?? ops.at(-1))?.name;
}
