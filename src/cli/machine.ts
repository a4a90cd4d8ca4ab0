/** The machine in a few words, for results that are kept. */
import { cpus } from 'node:os';

/** `Node 20.11.1 on linux x64, 2 × AMD EPYC 7B13`. */
export function machineText(): string {
  const { versions, platform, arch } = process;
  const names = { bun: 'Bun', deno: 'Deno', node: 'Node' } as const;
  const runtime = (Object.keys(names) as (keyof typeof names)[]).find((name) => versions[name] !== undefined) ?? 'node';
  const [first, ...others] = cpus();
  const processor = first === undefined ? '' : `, ${others.length + 1} × ${first.model.trim()}`;
  return `${names[runtime]} ${versions[runtime]} on ${platform} ${arch}${processor}`;
}
