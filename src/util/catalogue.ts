/**
 * The catalogue of errors: each stable code with the message it renders, its cause and its remedy. The docs page of
 * errors derives from it. A code is never renamed or reused; new ones are added beside their kin.
 *
 * `kind` gives the exit code of the command line: 'usage' 2, 'input' 3, 'trap' 4, 'machine' 5, 'internal' 3.
 */

export interface CatalogueEntry<D> {
  readonly kind: 'usage' | 'input' | 'trap' | 'machine' | 'internal';
  /** The first line: what is wrong, with the values at hand. */
  readonly message: (data: D) => string;
  /** For the docs page: when it happens. */
  readonly cause: string;
  /** For the docs page and, unless the error brings its own, the suggestion line. */
  readonly remedy: string;
}

const entry = <D>(e: CatalogueEntry<D>): CatalogueEntry<D> => e;

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

export const CATALOGUE = {
  // The command line
  BEESWAX_E_USAGE: entry<{ problem: string }>({
    kind: 'usage',
    message: ({ problem }) => problem,
    cause: 'A command, option or argument is unknown, missing or of the wrong form.',
    remedy: 'See `beeswax COMMAND --help`.',
  }),

  // Instructions (structural validation, RFC 9669)
  BEESWAX_E_NO_INSTRUCTIONS: entry<{ program: string }>({
    kind: 'input',
    message: ({ program }) => `program ${program} has no instruction`,
    cause: 'A program section or text is empty.',
    remedy: 'A program needs at least `exit`.',
  }),
  BEESWAX_E_UNKNOWN_OPCODE: entry<{ opcode: number; pc: number }>({
    kind: 'input',
    message: ({ opcode, pc }) => `unknown opcode ${hex(opcode)} at insn ${pc}`,
    cause: 'The opcode byte, or its combination with src, off and imm, is no instruction.',
    remedy: 'Check that the section holds BPF code of a version this engine knows.',
  }),
  BEESWAX_E_UNKNOWN_INSN_FORM: entry<{
    opcode: number;
    field: string;
    value: number;
    known: readonly number[];
    pc: number;
  }>({
    kind: 'input',
    message: ({ opcode, field, value, known, pc }) =>
      `opcode ${hex(opcode)} with ${field} ${value} is no instruction, at insn ${pc} (${field} may be ${known.join(', ')})`,
    cause: 'The opcode byte is known, but its src, off or imm selects a variant that does not exist.',
    remedy: 'Check that the section holds BPF code of a version this engine knows.',
  }),
  BEESWAX_E_UNUSED_FIELD: entry<{ field: string; value: number; insn: string; pc: number }>({
    kind: 'input',
    message: ({ field, value, insn, pc }) => `${field} is ${value} but ${insn} does not use it, at insn ${pc}`,
    cause: 'RFC 9669 section 3: a field that an instruction does not use must be zero.',
    remedy: 'Clear the field.',
  }),
  BEESWAX_E_BAD_REGISTER: entry<{ register: number; field: string; insn: string; pc: number }>({
    kind: 'input',
    message: ({ register, field, insn, pc }) => `no register r${register} (${field} of ${insn}) at insn ${pc}`,
    cause: 'A register field holds 11 to 15; programs have r0 to r10 (RFC 9669 section 2.3).',
    remedy: 'Use r0 to r10.',
  }),
  BEESWAX_E_HALF_LDDW: entry<{ reason: string; pc: number }>({
    kind: 'input',
    message: ({ reason, pc }) => `half a 64-bit immediate at insn ${pc}: ${reason}`,
    cause: 'A 64-bit immediate takes two slots; the second holds nothing but the high half (RFC 9669 section 5.4).',
    remedy: 'Give it a second slot with opcode, registers and offset 0.',
  }),
  BEESWAX_E_TRUNCATED_INSN: entry<{ length: number }>({
    kind: 'input',
    message: ({ length }) => `${length} bytes of code end within an instruction`,
    cause: 'Code is a sequence of 8-byte slots.',
    remedy: 'Check the length of the section or of the bytes given.',
  }),

  // Captures (pcap, pcapng)
  BEESWAX_E_CAPTURE_FORMAT: entry<{ start: string }>({
    kind: 'input',
    message: ({ start }) => `this is no capture: it starts with the bytes ${start}`,
    cause: 'The first bytes are neither those of pcap (either byte order, µs or ns), pcapng nor gzip.',
    remedy: 'pcap and pcapng are read, compressed with gzip too; `editcap -F pcapng IN OUT` converts other formats.',
  }),
  BEESWAX_E_CAPTURE_VERSION: entry<{ format: string; version: string; offset: number }>({
    kind: 'input',
    message: ({ format, version, offset }) => `${format} version ${version} at byte ${offset} is unknown`,
    cause: 'The header gives a version other than pcap 2.x or pcapng 1.0 and 1.2: a later format, or a damaged header.',
    remedy: 'Convert it with `editcap -F pcapng IN OUT`, or cut the capture before that byte.',
  }),
  BEESWAX_E_CAPTURE_TRUNCATED: entry<{ what: string; needed: number; got: number; offset: number }>({
    kind: 'input',
    message: ({ what, needed, got, offset }) =>
      `the capture ends inside ${what} at byte ${offset}: ${needed} bytes were expected, ${got} are there`,
    cause: 'The file was cut: the capture was interrupted, the disk was full, or a copy is incomplete.',
    remedy: 'Everything before that byte was read; `editcap IN OUT` writes a file of the intact packets.',
  }),
  BEESWAX_E_CAPTURE_LENGTH: entry<{ what: string; length: number; min: number; max: number; offset: number }>({
    kind: 'input',
    message: ({ what, length, min, max, offset }) =>
      `${what} at byte ${offset} claims ${length} bytes; ${min} to ${max} are possible`,
    cause: 'A length field is damaged, or the bytes before it are, so that something else is read as a length.',
    remedy: 'Everything before that byte was read; `editcap IN OUT` writes a file of the intact packets.',
  }),
  BEESWAX_E_CAPTURE_CORRUPT: entry<{ problem: string; offset: number }>({
    kind: 'input',
    message: ({ problem, offset }) => `the capture is damaged at byte ${offset}: ${problem}`,
    cause: 'A block contradicts itself or what came before it.',
    remedy: 'Everything before that byte was read; `editcap IN OUT` writes a file of the intact packets.',
  }),
  BEESWAX_E_CAPTURE_INTERFACE: entry<{ interfaceId: number; known: number; offset: number }>({
    kind: 'input',
    message: ({ interfaceId, known, offset }) =>
      `the packet at byte ${offset} is of interface ${interfaceId}, but its section describes ${known} so far`,
    cause: 'A pcapng packet block names an interface that no interface description block before it describes.',
    remedy: 'Write the interface description block before the first packet of its interface.',
  }),
  BEESWAX_E_CAPTURE_WRITE: entry<{ problem: string }>({
    kind: 'input',
    message: ({ problem }) => `this cannot be written: ${problem}`,
    cause: 'The format written has no place for what it was given: pcap holds one link type and no options.',
    remedy: 'Write pcapng (a file name ending in .pcapng), which holds several interfaces, link types and options.',
  }),
} as const;

export type ErrorCode = keyof typeof CATALOGUE;
export type ErrorData<C extends ErrorCode> = (typeof CATALOGUE)[C] extends CatalogueEntry<infer D> ? D : never;
