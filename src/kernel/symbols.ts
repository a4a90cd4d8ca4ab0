/**
 * Functions and variables of the running kernel by name, for externs of `.ksyms`: found in its BTF, up to the name's
 * flavour (`___suffix`), and only if the prototype is the one that the object declares (libbpf's rules).
 */
import { typesOfKind } from '../elf/btf/resolve.js';
import type { Btf, BtfType, TypeId } from '../elf/btf/types.js';
import { Budget } from '../elf/core/budget.js';
import { typesCompatible } from '../elf/core/compatible.js';
import { essentialName } from '../elf/core/target.js';
import type { Kernel } from './kernel.js';

export class KernelSymbols {
  readonly #ids = new Map<string, TypeId | undefined>();

  /** @param local types of the object that declares the externs */
  constructor(
    private readonly kernel: Kernel,
    private readonly local: Btf | undefined,
  ) {}

  has(name: string): boolean {
    return this.idOf(name) !== undefined;
  }

  /** The id of its type in the kernel's BTF; undefined where the kernel has no such function or variable. */
  idOf(name: string): TypeId | undefined {
    if (!this.#ids.has(name)) this.#ids.set(name, this.#find(name));
    return this.#ids.get(name);
  }

  #find(name: string): TypeId | undefined {
    if (this.local === undefined) return undefined;
    const declared =
      typesOfKind(this.local, 'func').find(({ type }) => type.name === name)?.type ??
      typesOfKind(this.local, 'var').find(({ type }) => type.name === name)?.type;
    if (declared === undefined) return undefined;
    const { types } = this.kernel;
    const wanted: BtfType = { ...declared, name: essentialName(name) };
    return types.candidates(wanted).find((id) => {
      const found = types.btf.types[id] as typeof declared;
      if (found.name !== wanted.name) return false;
      const sides = { local: this.local as Btf, target: types.btf, budget: new Budget() };
      return typesCompatible(sides, declared.type, found.type);
    });
  }
}
