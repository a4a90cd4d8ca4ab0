/**
 * The one error class of the library. An error is data: a code of the catalogue, the values that its message needs,
 * and where it happened; `render_error.ts` alone turns it into the text a person reads.
 */
import { CATALOGUE, type ErrorCode, type ErrorData } from './catalogue.js';

/** Where an error happened: in the C source (from BTF line info), in the bytecode, or in a file. */
export interface ErrorLocation {
  /** Object, capture or source file. */
  file?: string;
  line?: number;
  column?: number;
  /** The source line, as BTF or the file has it. */
  text?: string;
  /** pc in slots and the disassembled instruction. */
  pc?: number;
  insn?: string;
  /** Byte offset in the file. */
  offset?: number;
}

export interface ErrorDetail {
  location?: ErrorLocation;
  notes?: readonly string[];
  suggestion?: string;
  cause?: unknown;
}

export class BeeswaxError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'BeeswaxError';
  readonly code: C;
  readonly data: ErrorData<C>;
  readonly location: ErrorLocation | undefined;
  readonly notes: readonly string[];
  readonly suggestion: string | undefined;

  constructor(code: C, data: ErrorData<C>, detail: ErrorDetail = {}) {
    const entry = CATALOGUE[code] as { message: (data: ErrorData<C>) => string };
    super(entry.message(data), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.data = data;
    this.location = detail.location;
    this.notes = detail.notes ?? [];
    this.suggestion = detail.suggestion;
  }

  /** The same error, placed: fields of `location` that it already has stay. */
  at(location: ErrorLocation): BeeswaxError<C> {
    const placed = new BeeswaxError(this.code, this.data, {
      location: { ...location, ...this.location },
      notes: this.notes,
      ...(this.suggestion === undefined ? {} : { suggestion: this.suggestion }),
      cause: this.cause,
    });
    return placed;
  }
}

/** Whether something thrown is a catalogued error, of that code if one is given. */
export function isBeeswaxError<C extends ErrorCode>(thrown: unknown, code?: C): thrown is BeeswaxError<C> {
  return thrown instanceof BeeswaxError && (code === undefined || thrown.code === code);
}
