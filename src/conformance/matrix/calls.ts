/** Calls: depth, arguments, what is preserved, frames, recursion; targets and helpers that do not exist. */
import { type OpName, opNamed } from '../../isa/table.js';
import type { ConformanceCase } from '../types.js';
import { assembleSteps, ProgramCases, type Step, sourceOf, words } from './program.js';

const SOURCE = 'RFC 9669 section 4.3.2';
const EXIT: Step = ['exit'];
const set = (dst: number, imm: number): Step => ['mov64_imm', { dst, imm }];

export function* callCases(): Generator<ConformanceCase> {
  for (let depth = 1; depth <= 10; depth++) yield of(`call_local/depth=${depth}`, chain(depth), depthSource);
  for (const name of ['call_local', 'callx'] as const) yield of(`${name}/recursion`, recursion(name), depthSource);
  yield* preserved();
  yield* frames();
  yield* targets();
  yield* helpers();
  yield* indirect();
}

const depthSource = 'linux/bpf_verifier.h MAX_CALL_FRAMES';

const of = (name: string, steps: readonly Step[], source = SOURCE): ConformanceCase =>
  new ProgramCases(assembleSteps(steps), { source }).on(name);

/** `depth` frames deep: each function adds one to what the next returns. */
function chain(depth: number): Step[] {
  const steps: Step[] = [];
  for (let frame = 1; frame < depth; frame++) {
    // The callee lies behind this function's last two instructions.
    steps.push(['call_local', { imm: 2 }], ['add64_imm', { dst: 0, imm: 1 }], EXIT);
  }
  return [...steps, set(0, 1), EXIT];
}

/** A function that calls itself without end. */
function recursion(name: OpName): Step[] {
  if (name === 'call_local') return [['call_local', { imm: 1 }], EXIT, ['call_local', { imm: -1 }], EXIT];
  return [['lddw_code', { dst: 1, imm64: 4n }], ['callx', { dst: 1 }], set(0, 0), EXIT, ['callx', { dst: 1 }], EXIT];
}

/** r6 to r9 survive, arguments arrive, r0 returns. */
function* preserved(): Generator<ConformanceCase> {
  for (let register = 6; register <= 9; register++) {
    const caller: Step[] = [
      set(register, 1000 + register),
      ['call_local', { imm: 2 }],
      ['mov64_reg', { dst: 0, src: register }],
      EXIT,
    ];
    yield of(`call_local/preserves=r${register}`, [...caller, set(register, 1), set(0, 2), EXIT]);
  }
  for (let register = 1; register <= 5; register++) {
    const args = [1, 2, 3, 4, 5].map((r) => set(r, 100 * r));
    const callee: Step[] = [['mov64_reg', { dst: 0, src: register }], EXIT];
    yield of(`call_local/argument=r${register}`, [...args, ['call_local', { imm: 1 }], EXIT, ...callee]);
  }
  const value = 0xfedc_ba98_7654_3210n;
  yield of('call_local/returns 64 bits', [['call_local', { imm: 1 }], EXIT, ['lddw', { dst: 0, imm64: value }], EXIT]);
}

/** Frames are apart; a pointer to the caller's works in the callee. */
function* frames(): Generator<ConformanceCase> {
  for (const off of [-8, -256, -512]) {
    const caller: Step[] = [
      ['st64', { dst: 10, off, imm: 11 }],
      ['call_local', { imm: 2 }],
      ['ldx64', { dst: 0, src: 10, off }],
      EXIT,
    ];
    yield of(`call_local/frame/off=${off}`, [...caller, ['st64', { dst: 10, off, imm: 22 }], set(0, 0), EXIT]);
    const pointer: Step[] = [
      ['st64', { dst: 10, off, imm: 11 }],
      ['mov64_reg', { dst: 1, src: 10 }],
      ['call_local', { imm: 2 }],
      ['ldx64', { dst: 0, src: 10, off }],
      EXIT,
    ];
    yield of(`call_local/caller's frame/off=${off}`, [...pointer, ['st64', { dst: 1, off, imm: 33 }], set(0, 0), EXIT]);
  }
}

/** Where a local call leads: to instructions only. */
function* targets(): Generator<ConformanceCase> {
  const names = [
    ['before the program', -2],
    ['behind the program', 5],
    ['far before', -0x8000_0000],
    ['far behind', 0x7fff_ffff],
    ['into a 64-bit immediate', 2],
  ] as const;
  for (const [name, imm] of names) {
    yield of(`call_local/${name}`, [set(0, 0), ['call_local', { imm }], EXIT, ['lddw', { dst: 0, imm64: 1n }], EXIT]);
  }
  for (const [name, imm] of names) {
    const code: Step = ['lddw_code', { dst: 1, imm64: BigInt(imm) }];
    yield of(`lddw_code/${name}`, [code, set(0, 0), EXIT, ['lddw', { dst: 0, imm64: 1n }], EXIT]);
  }
  // The target is an instruction, yet splits the caller: its part before no longer ends.
  yield of('call_local/into the caller', [set(0, 0), ['call_local', { imm: 1 }], set(0, 1), set(0, 2), EXIT]);
  yield of('call_local/jump between functions', [
    set(0, 0),
    ['call_local', { imm: 2 }],
    ['ja', { off: 1 }],
    EXIT,
    set(0, 1),
    EXIT,
  ]);
}

function* helpers(): Generator<ConformanceCase> {
  const source = 'RFC 9669 section 4.3.1';
  for (const imm of [0, -1, 0x7fff_ffff, -0x8000_0000, 0x0fff_fff0]) {
    yield of(`call_helper/unknown=${imm}`, [set(0, 0), ['call_helper', { imm }], EXIT], source);
  }
  for (let register = 6; register <= 9; register++) {
    const steps: Step[] = [
      set(register, 77),
      ['call_helper', { imm: 5 }],
      ['mov64_reg', { dst: 0, src: register }],
      EXIT,
    ];
    yield of(`call_helper/preserves=r${register}`, steps, source);
  }
  for (const imm of [0, 1, 2, -1])
    yield of(`call_btf/unknown=${imm}`, [set(0, 0), ['call_btf', { imm }], EXIT], source);
}

/** Calls through a register: every register, good and bad values. */
function* indirect(): Generator<ConformanceCase> {
  const source = sourceOf(opNamed('callx'));
  for (const row of ['callx', 'callx_imm'] as const) {
    for (let register = 0; register < 10; register++) {
      const steps: Step[] = [
        ['lddw_code', { dst: register, imm64: 3n }],
        [row, { dst: register }],
        EXIT,
        set(0, 40 + register),
        EXIT,
      ];
      // clang's old form cannot say r0: all its fields are then 0, as in the new one.
      if (row === 'callx' || register > 0) yield of(`${row}/register=r${register}`, steps, source);
    }
  }
  const bad: readonly bigint[] = [0n, 1n, 0x1234n, 1n << 31n, 1n << 32n, (1n << 64n) - 1n, (1n << 32n) + 1024n];
  for (const value of bad) {
    yield of(
      `callx/value=${value}`,
      [['lddw', { dst: 1, imm64: value }], ['callx', { dst: 1 }], set(0, 0), EXIT],
      source,
    );
  }
  const input = new ProgramCases(assembleSteps([['callx', { dst: 1 }], set(0, 0), EXIT]), { source });
  yield input.on('callx/value=input', words(0x95n));
}
