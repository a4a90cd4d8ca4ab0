/**
 * The types of the kernel that a program is meant for, and which of them may stand for a type of the program:
 * CO-RE's candidates (libbpf's rules: same name up to its flavour, same kind).
 */
import { typeAt } from '../btf/resolve.js';
import type { Btf, BtfType, TypeId } from '../btf/types.js';

/** The name without its flavour: `sk_buff___old` is `sk_buff`. The separator is exactly three underscores. */
export function essentialName(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name;
}

/** Whether a type may stand for one of that kind at all; enums of 32 and of 64 bit are one kind. */
export function sameKind(a: BtfType, b: BtfType): boolean {
  const isEnum = ({ kind }: BtfType): boolean => kind === 'enum' || kind === 'enum64';
  return a.kind === b.kind || (isEnum(a) && isEnum(b));
}

export class CoreTarget {
  #byName: Map<string, TypeId[]> | undefined;

  /** @param name what the types are of, for people: 'linux 6.12' */
  constructor(
    readonly btf: Btf,
    readonly name: string,
  ) {}

  /** Types that may stand for `local`, in order of their ids. */
  candidates(local: BtfType): TypeId[] {
    this.#byName ??= this.#index();
    const named = this.#byName.get(essentialName(local.name)) ?? [];
    return named.filter((id) => sameKind(local, typeAt(this.btf, id)));
  }

  #index(): Map<string, TypeId[]> {
    const byName = new Map<string, TypeId[]>();
    this.btf.types.forEach(({ name }, id) => {
      if (name === '') return;
      const key = essentialName(name);
      const ids = byName.get(key);
      if (ids === undefined) byName.set(key, [id]);
      else ids.push(id);
    });
    return byName;
  }
}
