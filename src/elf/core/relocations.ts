/**
 * The CO-RE relocations of an object against one target. All are resolved together, in the file's order, when the
 * first is asked for: a type's candidates that lack what one relocation wants are out for the later ones, as in libbpf.
 */

import { BeeswaxError } from '../../util/errors.js';
import type { CoreRecord } from '../btf/ext.js';
import { typeAt } from '../btf/resolve.js';
import type { Btf, TypeId } from '../btf/types.js';
import { Budget } from './budget.js';
import { coreError } from './error.js';
import { type CoreFixup, resolveFixup } from './fixup.js';
import { builtInTarget } from './read_target.js';
import type { CoreTarget } from './target.js';

/** A fixup, or why there is none: a program that reaches the instruction is refused with it. */
export type CoreResult = CoreFixup | BeeswaxError;

/** Types to run with, or what makes them once they are needed. */
export type CoreSource = CoreTarget | (() => CoreTarget);

export class CoreRelocations {
  #source: CoreSource;
  #results: ReadonlyMap<CoreRecord, CoreResult> | undefined;

  /**
   * @param local types of the object
   * @param records of all its sections, in the file's order
   * @param source the target; the built-in types where none is given
   */
  constructor(
    private readonly local: Btf,
    private readonly records: readonly CoreRecord[],
    private readonly source?: CoreSource,
  ) {
    this.#source = source ?? builtInTarget;
  }

  get count(): number {
    return this.records.length;
  }

  /** Whether a target was given, so that the built-in types do not answer. */
  get hasTarget(): boolean {
    return this.source !== undefined;
  }

  /** Types that the program is to run with. */
  get target(): CoreTarget {
    if (typeof this.#source === 'function') this.#source = this.#source();
    return this.#source;
  }

  /** The same relocations against another target. */
  against(source: CoreSource): CoreRelocations {
    return new CoreRelocations(this.local, this.records, source);
  }

  /** What a record of this object comes to. */
  result(record: CoreRecord): CoreResult {
    this.#results ??= this.#resolve();
    return this.#results.get(record) ?? coreError('it is none of this object');
  }

  #resolve(): Map<CoreRecord, CoreResult> {
    const { target, local } = this;
    const sources = { local, target: target.btf, budget: new Budget() };
    const candidates = new Map<TypeId, readonly TypeId[]>();
    /** By question: asked again of fewer candidates, it has the same answer. */
    const answers = new Map<string, CoreResult>();
    const results = new Map<CoreRecord, CoreResult>();
    const resolve = (record: CoreRecord): CoreResult => {
      try {
        const known = candidates.get(record.type) ?? target.candidates(typeAt(local, record.type));
        const { fixup, matching } = resolveFixup(sources, record, known);
        candidates.set(record.type, matching.length > 0 ? matching : known);
        return fixup;
      } catch (thrown) {
        if (thrown instanceof BeeswaxError) return thrown;
        throw thrown;
      }
    };
    for (const record of this.records) {
      const question = `${record.kind} ${record.type} ${record.access}`;
      const result = answers.get(question) ?? resolve(record);
      answers.set(question, result);
      results.set(record, result);
    }
    return results;
  }
}
