/** Runs for the tests of reports: a few cases, and an engine with faults that are known. */
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { parseCaseFile } from '../../src/conformance/case_file.js';
import { DocumentWriter, type RunOrigin } from '../../src/conformance/report/document.js';
import { type CaseRecord, engineRecord, recordOf } from '../../src/conformance/report/record.js';
import { EngineTally } from '../../src/conformance/report/tally.js';
import { runSuite } from '../../src/conformance/run.js';
import type { ConformanceCase, EngineUnderTest } from '../../src/conformance/types.js';

const file = (name: string, text: string): ConformanceCase => parseCaseFile(text, name);

/** One case of each kind that reports tell apart; two names try to break out of every format. */
export const CASES: readonly ConformanceCase[] = [
  file(
    'add32_imm/dst=-1/imm=1',
    '# source: RFC 9669 section 4.1\n-- asm\nmov32 %r0, -1\nadd32 %r0, 1\nexit\n-- result\n0',
  ),
  file(
    'lsh64_imm/dst=1/imm=63',
    '# source: RFC 9669 section 4.1\n-- asm\nmov %r0, 1\nlsh %r0, 63\nexit\n-- result\n0x8000000000000000',
  ),
  file('div64_imm/by zero', '-- asm\nmov %r0, 7\ndiv %r0, 0\nexit\n-- result\n0'),
  file('mul64_imm', '-- asm\nmov %r0, 7\nmul %r0, 6\nexit\n-- result\n42'),
  file('memory/second byte', '-- asm\nldxb %r0, [%r1+1]\nexit\n-- mem\n01 02 03\n-- result\n2'),
  file('odd/<b>&"\'# \\ ]]>', '-- asm\nmov %r0, 1\nrsh %r0, 1\nexit\n-- result\n0'),
  file('opcode/0xff', '-- raw\n0x00000000000000ff\n-- reject\nopcode'),
  file('atomic', '-- asm\nmov %r0, 1\nmov %r2, 0\nstxdw [%r10-8], %r2\nlock add [%r10-8], %r0\nexit\n-- result\n1'),
];

/** Loses bit 63 and bit 0, crashes on multiplication, refuses byte loads, claims no atomics. */
export function faultyEngine(): EngineUnderTest {
  const reference = referenceEngine();
  return {
    ...reference,
    name: 'faulty',
    version: '1.2.3',
    claims: new Set([...reference.claims].filter((group) => !group.startsWith('atomic'))),
    async run(cases) {
      const answers = await reference.run(cases);
      return answers.map((answer, index) => {
        const { name } = cases[index] as ConformanceCase;
        if (name.startsWith('mul')) return { kind: 'crashed', reason: 'SIGSEGV' };
        if (name.startsWith('memory')) return { kind: 'refused', reason: 'wants <more>' };
        if (name.startsWith('odd')) return { kind: 'value', r0: 99n };
        return answer.kind === 'value' ? { ...answer, r0: answer.r0 & ~(1n << 63n) } : answer;
      });
    },
  };
}

export const ORIGIN: RunOrigin = { date: '2026-01-02T03:04:05.678Z', beeswax: '0.1.0', machine: 'Node 20 on a test' };

export interface FakeRun {
  readonly tally: EngineTally;
  readonly records: readonly CaseRecord[];
}

export async function runOn(engine: EngineUnderTest, cases = CASES): Promise<FakeRun> {
  const tally = new EngineTally(engineRecord(engine, `--engine ${engine.name}`));
  const records: CaseRecord[] = [];
  for await (const result of runSuite(engine, cases)) {
    const record = recordOf(result);
    tally.add(record);
    records.push(record);
  }
  tally.milliseconds = 1500;
  return { tally, records };
}

/** What `--json` writes. */
export function documentOf(runs: readonly FakeRun[]): string {
  let text = '';
  const writer = new DocumentWriter((more) => {
    text += more;
  });
  for (const { tally, records } of runs) for (const record of records) writer.add(tally.engine, record);
  writer.end(
    runs.map(({ tally }) => tally),
    ORIGIN,
  );
  return text;
}
