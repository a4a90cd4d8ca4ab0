/** Kernel symbols that an object wants (`.ksyms`): functions and variables. Nothing resolves them here; weak ones are null. */
import { typesOfKind } from './btf/resolve.js';
import type { Btf } from './btf/types.js';
import type { Extern } from './object.js';

/** The externs of `.ksyms`, in order of BTF. */
export function* readKsyms(btf: Btf, isWeak: (name: string) => boolean): Generator<Extern> {
  const section = typesOfKind(btf, 'datasec').find(({ type }) => type.name === '.ksyms')?.type;
  for (const { type } of section?.variables ?? []) {
    const symbol = btf.types[type];
    if (symbol?.kind !== 'var' && symbol?.kind !== 'func') continue;
    const kind = symbol.kind === 'func' ? 'function' : 'variable';
    yield { name: symbol.name, weak: isWeak(symbol.name), kind, known: false };
  }
}
