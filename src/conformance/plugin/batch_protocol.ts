/**
 * The lines of the batch protocol, which docs/conformance-protocol.md specifies: made and read, both for the side that
 * asks and for an engine. No processes here.
 *
 *   asks     {"hello":1}                                     {"id":7,"program":"hex","memory":"hex"}
 *   answers  {"hello":1,"name":…,"version":…,"claims":[…]}   {"id":7,"r0":"hex","memory":"hex"}
 *                                                            {"id":7,"error":"rejected","reason":…}
 */
import type { Group, Since } from '../../isa/table.js';
import { toHex } from '../../util/hex.js';
import { GROUPS } from '../requirements.js';
import type { Answer, ConformanceCase } from '../types.js';

export const PROTOCOL_VERSION = 1;

/** Errors that an engine may answer with, and what they mean. */
const ERRORS = ['rejected', 'stopped', 'refused'] as const;
/** Groups that hold another whole (RFC 9669 section 2.4): who claims one claims both. */
const INCLUDES: Readonly<Partial<Record<Group, Group>>> = {
  base64: 'base32',
  divmul64: 'divmul32',
  atomic64: 'atomic32',
};
const CPU_VERSIONS: readonly Since[] = ['v1', 'v2', 'v3', 'v4', 'ext'];
const MAX_REASON = 1000;

/** Who an engine says it is. */
export interface EngineIdentity {
  readonly name: string;
  readonly version: string;
  readonly claims: ReadonlySet<Group>;
  /** The highest cpu version whose instructions it has; all by default. */
  readonly cpu?: Since;
}

/** A line read: a value, or what is wrong with it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly id?: number };

export const helloRequest = (): string => JSON.stringify({ hello: PROTOCOL_VERSION });

export function caseRequest(id: number, { program, memory }: ConformanceCase): string {
  const tail = memory === undefined ? '' : `,"memory":"${toHex(memory)}"`;
  return `{"id":${id},"program":"${toHex(program)}"${tail}}`;
}

export function readHello(line: string): Reading<EngineIdentity> {
  const message = object(line);
  if (message === undefined) return bad(`expected the answer to hello, got ${quoted(line)}`);
  if (message.hello !== PROTOCOL_VERSION) return bad(`expected "hello":${PROTOCOL_VERSION} in ${quoted(line)}`);
  const { name, version, claims, cpu } = message;
  if (typeof name !== 'string' || name === '') return bad('the answer to hello has no "name"');
  if (typeof version !== 'string') return bad('the answer to hello has no "version"');
  if (!Array.isArray(claims)) return bad('the answer to hello has no "claims"');
  for (const group of claims) {
    if (!(GROUPS as readonly unknown[]).includes(group))
      return bad(`"claims" has ${quoted(String(group))}, which is no conformance group (${GROUPS.join(', ')})`);
  }
  if (cpu !== undefined && !CPU_VERSIONS.includes(cpu as Since)) {
    return bad(`"cpu" is ${quoted(String(cpu))}, which is none of ${CPU_VERSIONS.join(', ')}`);
  }
  const included = (claims as Group[]).flatMap((group) => INCLUDES[group] ?? []);
  const identity = { name, version, claims: new Set([...(claims as Group[]), ...included]) };
  return { ok: true, value: cpu === undefined ? identity : { ...identity, cpu: cpu as Since } };
}

/** Reads an answer; `problem` names what is wrong, `id` the case that it was meant for, where it says so. */
export function readAnswer(line: string): Reading<{ readonly id: number; readonly answer: Answer }> {
  const message = object(line);
  if (message === undefined) return bad(`expected an answer, got ${quoted(line)}`);
  const { id } = message;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return bad(`the answer ${quoted(line)} has no "id"`);
  if ('error' in message) {
    const kind = ERRORS.find((error) => error === message.error);
    if (kind === undefined) return bad(`"error" is ${quoted(String(message.error))}, not ${ERRORS.join(', ')}`, id);
    const reason = typeof message.reason === 'string' ? message.reason.slice(0, MAX_REASON) : '';
    return { ok: true, value: { id, answer: { kind, reason } } };
  }
  const r0 = parseR0(message.r0);
  if (r0 === undefined) return bad(`"r0" of ${quoted(line)} is no hex number of up to 16 digits`, id);
  if (message.memory === undefined) return { ok: true, value: { id, answer: { kind: 'value', r0 } } };
  const memory = parseHex(message.memory);
  if (memory === undefined) return bad(`"memory" of ${quoted(line)} is no text of hex bytes`, id);
  return { ok: true, value: { id, answer: { kind: 'value', r0, memory } } };
}

/** An engine's side: who it is. */
export function helloAnswer({ name, version, claims, cpu }: EngineIdentity): string {
  return JSON.stringify({ hello: PROTOCOL_VERSION, name, version, claims: [...claims], cpu });
}

/** An engine's side: an answer. */
export function caseAnswer(id: number, answer: Answer): string {
  if (answer.kind !== 'value') return JSON.stringify({ id, error: answer.kind, reason: answer.reason });
  const memory = answer.memory === undefined ? undefined : toHex(answer.memory);
  return JSON.stringify({ id, r0: answer.r0.toString(16), memory });
}

/** An engine's side: a case, undefined for `hello`. */
export function readRequest(
  line: string,
): Reading<{ readonly id: number; readonly program: Uint8Array; readonly memory?: Uint8Array } | 'hello'> {
  const message = object(line);
  if (message === undefined) return bad(`no request: ${quoted(line)}`);
  if (message.hello !== undefined) return { ok: true, value: 'hello' };
  const program = parseHex(message.program);
  if (typeof message.id !== 'number') return bad(`the request ${quoted(line)} has no "id"`);
  if (program === undefined) return bad('"program" is no text of hex bytes', message.id);
  if (message.memory === undefined) return { ok: true, value: { id: message.id, program } };
  const memory = parseHex(message.memory);
  if (memory === undefined) return bad('"memory" is no text of hex bytes', message.id);
  return { ok: true, value: { id: message.id, program, memory } };
}

function object(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function parseR0(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^(0x)?[0-9a-f]{1,16}$/i.test(value)
    ? BigInt(`0x${value.replace(/^0x/i, '')}`)
    : undefined;
}

function parseHex(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(value)) return undefined;
  const bytes = new Uint8Array(value.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function bad(problem: string, id?: number): { ok: false; problem: string; id?: number } {
  return id === undefined ? { ok: false, problem } : { ok: false, problem, id };
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
