/** A suite arranged for finding faults of one row: the cases that hold an instruction of it, the most telling first. */
import type { Op } from '../../isa/table.js';
import { readSlots } from '../reference/encoding.js';
import { judge } from '../run.js';
import type { CaseResult, ConformanceCase } from '../types.js';
import type { MutatedEngine } from './engine.js';
import type { Fault } from './fault.js';

/** Cases tried at a time: few at first, since most faults show at once, and loading programs is what costs. */
const FIRST_CHUNK = 16;
const LAST_CHUNK = 1024;
/** Coprime to most counts: neighbours in the suite lie apart. */
const STRIDE = 7919;

export class Suite {
  /** Positions of cases by the opcode bytes of their slots. */
  readonly #byOpcode = new Map<number, number[]>();

  constructor(
    readonly name: string,
    readonly cases: readonly ConformanceCase[],
  ) {
    cases.forEach(({ program }, position) => {
      for (const opcode of new Set(readSlots(program).map((slot) => slot.opcode))) {
        const known = this.#byOpcode.get(opcode);
        if (known === undefined) this.#byOpcode.set(opcode, [position]);
        else known.push(position);
      }
    });
  }

  /** Cases with an instruction of the row: those named after it first, each part in an order that spreads. */
  casesFor(op: Op): ConformanceCase[] {
    const all = (this.#byOpcode.get(op.opcode) ?? []).map((position) => this.cases[position] as ConformanceCase);
    const [own, others] = [true, false].map((named) =>
      all.filter(({ name }) => name.startsWith(`${op.name}/`) === named),
    ) as [ConformanceCase[], ConformanceCase[]];
    return [...spread(own), ...spread(others)];
  }

  /**
   * The first case that an engine with the fault fails, and passes without; undefined if the suite does not find it.
   * Programs without an instruction of the row cannot tell, and are not run.
   */
  async firstFailure({ engine, seed }: MutatedEngine, fault: Fault): Promise<CaseResult | undefined> {
    const cases = this.casesFor(fault.op);
    let size = FIRST_CHUNK;
    for (let from = 0; from < cases.length; from += size, size = Math.min(LAST_CHUNK, 4 * size)) {
      const part = cases.slice(from, from + size);
      seed(fault);
      const answers = await engine.run(part);
      seed(undefined);
      for (const [i, test] of part.entries()) {
        const result = judge(test, answers[i] ?? { kind: 'garbled', reason: 'no answer' });
        if (result.status !== 'failed') continue;
        const [sound] = await engine.run([test]);
        if (sound !== undefined && judge(test, sound).status === 'passed') return result;
      }
    }
    return undefined;
  }
}

function spread<T>(items: readonly T[]): T[] {
  const { length } = items;
  if (length % STRIDE === 0) return [...items];
  return items.map((_, i) => items[(i * STRIDE) % length] as T);
}
