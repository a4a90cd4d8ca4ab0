/** The JavaScript runtimes that the built project is tried in: the one that runs the tests, and those that are there. */
import type { Need } from './have.js';

export interface RuntimeUnderTest {
  readonly name: string;
  readonly need: readonly Need[];
  readonly command: string;
  readonly args: readonly string[];
  /** Its embedding example. */
  readonly example: string;
}

export const RUNTIMES: readonly RuntimeUnderTest[] = [
  {
    name: `Node ${process.versions.node}`,
    need: [],
    command: process.execPath,
    args: [],
    example: 'examples/embed/node.mjs',
  },
  {
    name: 'Node 26',
    need: ['node26'],
    command: process.env.BEESWAX_NODE26 ?? '',
    args: [],
    example: 'examples/embed/node.mjs',
  },
  {
    name: 'Deno',
    need: ['deno'],
    command: process.env.BEESWAX_DENO ?? 'deno',
    args: ['run', '--allow-all'],
    example: 'examples/embed/deno.ts',
  },
  { name: 'Bun', need: ['bun'], command: process.env.BEESWAX_BUN ?? 'bun', args: [], example: 'examples/embed/bun.ts' },
];
