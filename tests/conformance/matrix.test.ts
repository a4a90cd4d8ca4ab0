import { beforeAll, describe, expect, test } from 'vitest';
import { bytesKey } from '../../src/conformance/bytes_key.js';
import { matrixCases } from '../../src/conformance/matrix/index.js';
import { REJECT_CLASSES } from '../../src/conformance/types.js';
import { decodeInsns } from '../../src/isa/decode.js';
import { OPS } from '../../src/isa/table.js';

/** What is needed of a quarter of a million cases. */
interface Seen {
  readonly names: Set<string>;
  readonly keys: Set<string>;
  readonly repeated: string[];
  readonly ops: Map<string, number>;
  readonly reasons: Map<string, number>;
  readonly sources: Set<string>;
  count: number;
}

const seen: Seen = {
  names: new Set(),
  keys: new Set(),
  repeated: [],
  ops: new Map(),
  reasons: new Map(),
  sources: new Set(),
  count: 0,
};

const increment = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

beforeAll(() => {
  const known = new Map<string, readonly string[]>();
  for (const { name, program, memory, expect: wanted, source } of matrixCases()) {
    seen.count++;
    const code = bytesKey(program);
    const key = `${code}|${memory === undefined ? '' : `=${bytesKey(memory)}`}`;
    if (seen.names.has(name) || seen.keys.has(key)) seen.repeated.push(name);
    seen.names.add(name);
    seen.keys.add(key);
    seen.sources.add(source);
    if (wanted.kind === 'rejected') increment(seen.reasons, wanted.reason);
    if (wanted.kind !== 'value' || program.length > 10_000) continue;
    let ops = known.get(code);
    if (ops === undefined) {
      ops = [...new Set(decodeInsns(program).map(({ op }) => op.name))];
      known.set(code, ops);
    }
    for (const op of ops) increment(seen.ops, op);
  }
});

describe('the matrix', () => {
  test('has more than 200,000 cases, each once', () => {
    console.log(`matrix: ${seen.count} cases`);
    expect(seen.count).toBeGreaterThan(200_000);
    expect(seen.repeated).toEqual([]);
  });

  test('runs every instruction that needs no loader', () => {
    // Maps, variables and kernel functions are what a bare program cannot name.
    const loaded = OPS.filter(({ sem }) => (sem.startsWith('lddw_') && sem !== 'lddw_code') || sem === 'call_btf');
    const missing = OPS.filter((op) => !loaded.includes(op) && !seen.ops.has(op.name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test('rejects for every reason', () => {
    const missing = REJECT_CLASSES.filter(
      (reason) => reason !== 'any' && reason !== 'stack' && !seen.reasons.has(reason),
    );
    expect(missing).toEqual([]);
    expect([...seen.reasons.values()].reduce((a, b) => a + b)).toBeGreaterThan(5_000);
  });

  test('says where each rule is written', () => {
    for (const source of seen.sources) expect(source).toMatch(/^(RFC 9669 section \d|linux\/|clang|gcc)/);
  });

  test('is always the same', () => {
    const first = (count: number): unknown[] => {
      const found = [];
      for (const test of matrixCases()) {
        if (found.length === count) break;
        found.push(test);
      }
      return found;
    };
    expect(first(500)).toEqual(first(500));
  });
});
