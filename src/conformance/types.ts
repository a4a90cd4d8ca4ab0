/**
 * What a conformance case is, what an engine under test answers, and what becomes of it: the types that cases,
 * adapters, runner and reports share. Nothing here knows a particular engine.
 */
import type { Group, Since } from '../isa/table.js';

/** Why a program must be refused; engines need only refuse it, the class is for the report. */
export const REJECT_CLASSES = [
  'opcode',
  'register',
  'reserved_field',
  'frame_pointer',
  'jump',
  'fall_off',
  'half_lddw',
  'call',
  'stack',
  'empty',
  /** Of files that do not say. */
  'any',
] as const;
export type RejectClass = (typeof REJECT_CLASSES)[number];

/** What a conforming engine may answer; more than one where RFC 9669 leaves freedom. */
export type Expectation =
  | {
      readonly kind: 'value';
      /** r0 at exit, unsigned 64 bit; any of these. */
      readonly r0: readonly bigint[];
      /** The memory after the run, where the case has memory and it matters. */
      readonly memory?: Uint8Array;
      /** RFC 9669 leaves it open whether this works: an engine may also refuse or stop the program. */
      readonly mayStop?: true;
    }
  /** Refused at load, or stopped by a trap: never run to an exit. */
  | { readonly kind: 'rejected'; readonly reason: RejectClass }
  /** Loads, and a run must not come to its exit (call depth, stack bounds). */
  | { readonly kind: 'stopped' };

export interface ConformanceCase {
  /** Unique; says what it tests: 'arsh32_imm/src=MIN32/imm=31'. */
  readonly name: string;
  /** Conformance group it belongs to; judged only on engines that claim it. */
  readonly group: Group;
  /** Other groups that it needs beside `group`. */
  readonly needs: readonly Group[];
  /** Least cpu version. */
  readonly since: 'v1' | 'v2' | 'v3' | 'v4' | 'ext';
  /** 'RFC 9669 section 4.1', or the kernel header. */
  readonly source: string;
  /** The program, in slots of 8 bytes, little-endian. */
  readonly program: Uint8Array;
  /** r1 points at it at entry, r2 is its length; absent: the program must not read r1 and r2 before it writes them. */
  readonly memory?: Uint8Array;
  readonly expect: Expectation;
  /** Why the kernel's answer differs, or why several are allowed. */
  readonly note?: string;
}

/** What an engine made of a case. */
export type Answer =
  | { readonly kind: 'value'; readonly r0: bigint; readonly memory?: Uint8Array }
  /** It would not load the program. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** It loaded and stopped the program before its exit. */
  | { readonly kind: 'stopped'; readonly reason: string }
  /** Its verifier wants more than the ISA does (the kernel): no judgement on the ISA. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The engine itself failed. */
  | { readonly kind: 'crashed' | 'hung' | 'garbled'; readonly reason: string };

/** An engine that cases are put to. */
export interface EngineUnderTest {
  readonly name: string;
  readonly version: string;
  /** Groups that it claims to implement. */
  readonly claims: ReadonlySet<Group>;
  /** The highest cpu version whose instructions it claims; all where absent. */
  readonly cpu?: Since;
  /** Answers in order, one a case. A failure of the engine is an answer, not an exception. */
  run(cases: readonly ConformanceCase[]): Promise<readonly Answer[]>;
  close(): Promise<void>;
}

/** How a case ended. */
export type Status = 'passed' | 'failed' | 'unclaimed' | 'refused';

export interface CaseResult {
  readonly case: ConformanceCase;
  readonly status: Status;
  readonly answer?: Answer;
  /** For a failure: got and wanted in words. */
  readonly detail: string;
}
