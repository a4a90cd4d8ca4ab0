/**
 * The catalogue of errors: each stable code with the message it renders, its cause and its remedy. The docs page of
 * errors derives from it. A code is never renamed or reused; new ones are added beside their kin.
 *
 * `kind` gives the exit code of the command line: 'check' 1, 'usage' 2, 'input' 3, 'trap' 4, 'machine' 5, 'internal' 3.
 */

export interface CatalogueEntry<D> {
  readonly kind: 'check' | 'usage' | 'input' | 'trap' | 'machine' | 'internal';
  /** The first line: what is wrong, with the values at hand. */
  readonly message: (data: D) => string;
  /** For the docs page: when it happens. */
  readonly cause: string;
  /** For the docs page and, unless the error brings its own, the suggestion line. */
  readonly remedy: string;
}

const entry = <D>(e: CatalogueEntry<D>): CatalogueEntry<D> => e;

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

interface TrapData {
  program: string;
  pc: number;
  value: bigint;
}

/** Traps differ only in words: what the program does, why it is stopped, what to do. */
const trap = (does: string, cause: string, remedy: string): CatalogueEntry<TrapData> => ({
  kind: 'trap',
  message: ({ program, pc, value }) => `program ${program} ${does} (insn ${pc}, value ${hex(value)})`,
  cause,
  remedy,
});

export const CATALOGUE = {
  // The command line
  BEESWAX_E_USAGE: entry<{ problem: string }>({
    kind: 'usage',
    message: ({ problem }) => problem,
    cause: 'A command, option or argument is unknown, missing or of the wrong form.',
    remedy: 'See `beeswax COMMAND --help`.',
  }),
  BEESWAX_E_FILE: entry<{ path: string; operation: 'read' | 'write'; reason: string }>({
    kind: 'input',
    message: ({ path, operation, reason }) => `cannot ${operation} ${path}: ${reason}`,
    cause: 'The operating system refuses to open, read or write a file.',
    remedy: 'Check the path and its permissions.',
  }),
  BEESWAX_E_JSON: entry<{ what: string; problem: string }>({
    kind: 'input',
    message: ({ what, problem }) => `${what}: ${problem}`,
    cause: 'A file or argument that should hold JSON of a certain form holds something else.',
    remedy: 'Compare it with the form that `beeswax COMMAND --help` gives.',
  }),
  BEESWAX_E_INTERNAL: entry<{ what: string }>({
    kind: 'internal',
    message: ({ what }) => `this is a defect of beeswax itself: ${what}`,
    cause: 'The code met a state that it holds to be impossible.',
    remedy: 'Please report it with the input; BEESWAX_DEBUG=1 shows where it happened.',
  }),

  // Conformance
  BEESWAX_E_CASE_FILE: entry<{ problem: string }>({
    kind: 'input',
    message: ({ problem }) => `not a conformance case: ${problem}`,
    cause: 'A .data file has an unknown section, lacks a program or an expectation, or holds what is no number.',
    remedy: 'A case has `-- asm` (or `-- raw`), and one of `-- result`, `-- error`, `-- reject`, `-- stopped`.',
  }),
  BEESWAX_E_NOTHING_JUDGED: entry<{ engine: string; selected: number; unclaimed: number; refused: number }>({
    kind: 'check',
    message: ({ engine, selected, unclaimed, refused }) =>
      selected === 0
        ? `no case was put to ${engine}: 0 of 0 is no pass`
        : `no case was judged on ${engine}: of ${selected} it does not claim ${unclaimed} and refuses ${refused}`,
    cause: 'The selection takes no case, or the engine claims nothing of what it takes.',
    remedy: 'Check PATH, --groups, --cpu and --filter, and what the engine claims.',
  }),
  BEESWAX_E_CONFORMANCE_ENGINE: entry<{ command: string; problem: string }>({
    kind: 'machine',
    message: ({ command, problem }) => `the engine \`${command}\` cannot be tested: ${problem}`,
    cause: 'An engine under test does not start, or its first line is not the answer to hello.',
    remedy:
      'Run the command by hand, write {"hello":1} and see what it prints; docs/conformance-protocol.md has the form.',
  }),
  BEESWAX_E_CONFORMANCE_PLUGIN: entry<{ problem: string }>({
    kind: 'usage',
    message: ({ problem }) => problem,
    cause: 'A plugin of the conformance suite was called with arguments or input of another form.',
    remedy:
      'Call it as `conformance-plugin [MEMORY_HEX] [--engine interp|jit|reference] [--elf]` with the program in hex on stdin.',
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
  BEESWAX_E_TOO_MANY_INSNS: entry<{ program: string; length: number; limit: number }>({
    kind: 'input',
    message: ({ program, length, limit }) => `program ${program} has ${length} instruction slots, more than ${limit}`,
    cause: 'A program is longer than the kernel takes (linux/bpf_verifier.h BPF_COMPLEXITY_LIMIT_INSNS).',
    remedy: 'Split it by tail calls.',
  }),
  BEESWAX_E_BAD_PROGRAM: entry<{ program: string; problem: string }>({
    kind: 'input',
    message: ({ program, problem }) => `program ${program} contradicts itself: ${problem}`,
    cause: 'A Program was built or changed by hand so that its pcs, length or functions do not fit its instructions.',
    remedy: 'Build it with the assembler, `programFromBytes` or the object loader.',
  }),
  BEESWAX_E_FRAME_POINTER_WRITE: entry<{ insn: string; pc: number }>({
    kind: 'input',
    message: ({ insn, pc }) => `${insn} writes r10 at insn ${pc}`,
    cause: 'r10, the frame pointer, is read-only (RFC 9669 section 2.3).',
    remedy: 'Copy r10 to another register and change that.',
  }),
  BEESWAX_E_STACK_BOUNDS: entry<{ offset: number; size: number; pc: number }>({
    kind: 'input',
    message: ({ offset, size, pc }) =>
      `access of ${size} bytes at r10 ${offset < 0 ? '-' : '+'} ${Math.abs(offset)} leaves the stack frame, at insn ${pc}`,
    cause:
      'A frame is the 512 bytes below r10 (linux/bpf.h MAX_BPF_STACK); a load or store at a constant offset from r10 lies outside.',
    remedy: 'Keep offsets from r10 between -512 and -size.',
  }),
  BEESWAX_E_JUMP_OUT_OF_PROGRAM: entry<{ pc: number; target: number; length: number }>({
    kind: 'input',
    message: ({ pc, target, length }) =>
      `jump at insn ${pc} leads to ${target}, outside of the program's ${length} slots`,
    cause: 'A jump distance leads before the first or past the last slot.',
    remedy: 'Jumps count slots of 8 bytes from the next instruction; a 64-bit immediate takes two.',
  }),
  BEESWAX_E_JUMP_OUT_OF_FUNCTION: entry<{ pc: number; target: number; function: string }>({
    kind: 'input',
    message: ({ pc, target, function: name }) =>
      `jump at insn ${pc} leads to ${target}, outside of its function ${name}`,
    cause: 'A jump leads into another function of the program.',
    remedy: 'Call the other function.',
  }),
  BEESWAX_E_JUMP_INTO_LDDW: entry<{ pc: number; target: number }>({
    kind: 'input',
    message: ({ pc, target }) => `jump at insn ${pc} leads to ${target}, the middle of a 64-bit immediate`,
    cause: 'A jump leads to the second slot of a 64-bit immediate load.',
    remedy: 'Jumps count slots of 8 bytes from the next instruction; a 64-bit immediate takes two.',
  }),
  BEESWAX_E_FALL_THROUGH: entry<{ pc: number; function: string; insn: string }>({
    kind: 'input',
    message: ({ pc, function: name, insn }) =>
      `control can run past the end of ${name}: its last insn ${pc} is ${insn}`,
    cause: 'The last instruction of a function is neither exit nor an unconditional jump.',
    remedy: 'End the function with `exit`.',
  }),
  BEESWAX_E_CALL_TARGET: entry<{ pc: number; target: number; reason: string }>({
    kind: 'input',
    message: ({ pc, target, reason }) => `call or function reference at insn ${pc} leads to ${target}, which ${reason}`,
    cause: 'A local call or a callback names a slot that is not the first of a function.',
    remedy: 'Check the relocations of the object, or the distance of the call.',
  }),
  BEESWAX_E_UNKNOWN_HELPER: entry<{ id: number; pc: number; name?: string }>({
    kind: 'input',
    message: ({ id, pc, name }) =>
      name === undefined
        ? `no helper ${id}, called at insn ${pc}`
        : `this engine has no bpf_${name} (helper ${id}), called at insn ${pc}`,
    cause: 'The program calls a helper that neither the engine nor the embedder provides.',
    remedy: 'Give the engine a helper of your own with that number.',
  }),
  BEESWAX_E_HELPER_NOT_FOR_TYPE: entry<{ name: string; type: string; types: readonly string[]; pc: number }>({
    kind: 'input',
    message: ({ name, type, types, pc }) =>
      `bpf_${name} is for ${types.join(', ')}, not for a program of type ${type}, at insn ${pc}`,
    cause: 'The kernel offers the helper to other program types only.',
    remedy: "Check the program's type (`--type`).",
  }),
  BEESWAX_E_KFUNC: entry<{ name: string; pc: number }>({
    kind: 'input',
    message: ({ name, pc }) =>
      `kernel function ${name} is called at insn ${pc}, and this engine has no kernel functions`,
    cause: 'The program calls a kfunc (a kernel function by BTF id).',
    remedy: 'Use a helper, or `--engine kernel`.',
  }),
  BEESWAX_E_PACKET_LOAD: entry<{ insn: string; type: string; pc: number }>({
    kind: 'input',
    message: ({ insn, type, pc }) => `${insn} at insn ${pc} does not exist in programs of type ${type}`,
    cause: 'LD_ABS and LD_IND read the packet of socket filters and traffic control only.',
    remedy: 'Read through the packet pointers of the context.',
  }),
  BEESWAX_E_UNRESOLVED_REFERENCE: entry<{ insn: string; value: number; pc: number }>({
    kind: 'input',
    message: ({ insn, value, pc }) => `${insn} ${value} at insn ${pc} refers to nothing that this program names`,
    cause:
      'A 64-bit immediate stands for a map, a map value, a variable or a function, but by a number of another host.',
    remedy: 'Load the object with its relocations instead of bare instructions.',
  }),
  BEESWAX_E_TRUNCATED_INSN: entry<{ length: number }>({
    kind: 'input',
    message: ({ length }) => `${length} bytes of code end within an instruction`,
    cause: 'Code is a sequence of 8-byte slots.',
    remedy: 'Check the length of the section or of the bytes given.',
  }),

  // Packets
  BEESWAX_E_ADDRESS: entry<{ text: string; family: string }>({
    kind: 'input',
    message: ({ text, family }) => `${JSON.stringify(text)} is no ${family} address`,
    cause: 'A text that should be an address is of another form.',
    remedy: 'Write 203.0.113.7, 2001:db8::7 or 02:00:00:00:00:07.',
  }),

  // Object files (ELF64, BTF)
  BEESWAX_E_ELF_FORMAT: entry<{ reason: string }>({
    kind: 'input',
    message: ({ reason }) => `not a BPF object file: ${reason}`,
    cause: 'The file is no ELF64 relocatable object.',
    remedy: 'Compile with `clang -target bpf -O2 -g -c`, or `bpf-gcc -c`.',
  }),
  BEESWAX_E_ELF_BIG_ENDIAN: entry<Record<string, never>>({
    kind: 'input',
    message: () => 'the object is big-endian',
    cause: 'The object was compiled for a big-endian kernel; memory here is little-endian.',
    remedy: 'Compile with `-target bpfel` (or `-target bpf` on a little-endian machine).',
  }),
  BEESWAX_E_ELF_MACHINE: entry<{ machine: number; name: string }>({
    kind: 'input',
    message: ({ machine, name }) => `the object is for ${name} (ELF machine ${machine}), not for BPF (247)`,
    cause: 'The object was compiled for a processor, not for BPF.',
    remedy: 'Compile with `clang -target bpf`.',
  }),
  BEESWAX_E_ELF_TRUNCATED: entry<{ what: string; at: number; size: number; length: number }>({
    kind: 'input',
    message: ({ what, at, size, length }) => `${what} has ${length} bytes, but ${size} are wanted at ${at}`,
    cause: 'An offset, size or count in the object leads past the end of what it counts in.',
    remedy: 'The file is cut off or corrupt: build or copy it again.',
  }),
  BEESWAX_E_ELF_STRING: entry<{ what: string; at: number }>({
    kind: 'input',
    message: ({ what, at }) => `the string at ${at} of ${what} has no end`,
    cause: 'A name in a string table is not closed by a NUL within 4,096 bytes.',
    remedy: 'The file is cut off or corrupt: build or copy it again.',
  }),
  BEESWAX_E_ELF_SECTION: entry<{ section: string; problem: string }>({
    kind: 'input',
    message: ({ section, problem }) => `section ${section}: ${problem}`,
    cause: 'A section of the object is not what its kind must be.',
    remedy: 'The file is corrupt, or made by a tool that this loader does not know.',
  }),
  BEESWAX_E_ELF_SYMBOL: entry<{ index: number; problem: string }>({
    kind: 'input',
    message: ({ index, problem }) => `symbol ${index}: ${problem}`,
    cause: 'A symbol of the object leads out of its section, or to none.',
    remedy: 'The file is corrupt, or made by a tool that this loader does not know.',
  }),
  BEESWAX_E_ELF_RELOCATION: entry<{ section: string; at: number; problem: string }>({
    kind: 'input',
    message: ({ section, at, problem }) => `relocation of ${section} at byte ${at}: ${problem}`,
    cause: 'A relocation does not fit the instruction that it patches, or names what is neither map, data nor code.',
    remedy: 'Variables belong into .rodata, .data or .bss; maps into .maps.',
  }),
  BEESWAX_E_BTF: entry<{ problem: string }>({
    kind: 'input',
    message: ({ problem }) => `BTF: ${problem}`,
    cause: 'The type information of the object breaks the rules of the format.',
    remedy: 'Compile with `-g`; the file may be corrupt.',
  }),
  BEESWAX_E_CORE: entry<{ problem: string }>({
    kind: 'input',
    message: ({ problem }) => `CO-RE relocation: ${problem}`,
    cause:
      'A relocation that asks for a place or value in the types of the target kernel has no single answer, or does not fit its instruction.',
    remedy: 'Give the types of the kernel that the program is for, with `--btf FILE`, or recompile it.',
  }),
  BEESWAX_E_MAP_DECLARATION: entry<{ map: string; problem: string }>({
    kind: 'input',
    message: ({ map, problem }) => `map ${map}: ${problem}`,
    cause: 'A declaration in .maps is not made of __uint, __type, __array and __ulong.',
    remedy: 'See bpf_helpers.h of libbpf for how maps are declared.',
  }),
  BEESWAX_E_MAP_TYPE: entry<{ map: string; type: number }>({
    kind: 'input',
    message: ({ map, type }) => `map ${map} has unknown type ${type}`,
    cause: 'The number is no map type of linux/bpf.h.',
    remedy: 'The map is newer than this engine, or its declaration is corrupt.',
  }),
  BEESWAX_E_MAP_SIZE: entry<{ map: string; size: bigint; limit: bigint }>({
    kind: 'input',
    message: ({ map, size, limit }) => `map ${map} wants ${size} bytes, at most ${limit} are possible`,
    cause: 'A data section or map is larger than the kernel allows a value to be.',
    remedy: 'Make the variable, value or max_entries smaller.',
  }),
  BEESWAX_E_PROGRAM_TYPE: entry<{ program: string; section: string; type: string }>({
    kind: 'input',
    message: ({ program, section, type }) =>
      `program ${program} is of type ${type} (section ${section}), which has no hook here`,
    cause: 'The section name says a program type that does not judge packets.',
    remedy: 'If the section name misleads, give the type with `--type`.',
  }),
  BEESWAX_E_UNRESOLVED_SYMBOL: entry<{ program: string; symbol: string; function: string }>({
    kind: 'input',
    message: ({ program, symbol, function: name }) =>
      `program ${program} needs ${symbol} (in ${name}), which nothing defines`,
    cause: 'A function or variable is declared extern, and neither the object nor the engine has it.',
    remedy: 'Link it in with `bpftool gen object`, or declare it `__weak`, then it is null.',
  }),
  BEESWAX_E_KCONFIG: entry<{ program: string; symbol: string }>({
    kind: 'input',
    message: ({ program, symbol }) =>
      `program ${program} asks the kernel's configuration for ${symbol}, which has no value`,
    cause: 'An extern __kconfig variable is not weak and no value was given for it.',
    remedy: 'Give it a value before loading: `object.variables.get(NAME).set(VALUE)`.',
  }),
  BEESWAX_E_NO_FUNCTION: entry<{ program: string; section: string; at: number; function: string }>({
    kind: 'input',
    message: ({ program, section, at, function: name }) =>
      `program ${program}: ${name} calls byte ${at} of section ${section}, where no function begins`,
    cause: 'A call or callback of the object does not lead to a function symbol.',
    remedy: 'The object is corrupt, or stripped of its symbols.',
  }),

  // Values of maps and variables
  BEESWAX_E_VALUE_SHAPE: entry<{ path: string; wanted: string; got: string }>({
    kind: 'input',
    message: ({ path, wanted, got }) => `${path} must be ${wanted}, not ${got}`,
    cause: "A key or value does not have the form of the map's type.",
    remedy: '`beeswax show OBJECT` prints the types of keys and values; hex of all bytes is always taken.',
  }),
  BEESWAX_E_VALUE_RANGE: entry<{ path: string; value: bigint; least: bigint; most: bigint }>({
    kind: 'input',
    message: ({ path, value, least, most }) => `${path} is ${value}, it can be ${least} to ${most}`,
    cause: 'A number does not fit its type.',
    remedy: 'Give a number in the range.',
  }),
  BEESWAX_E_VALUE_FIELD: entry<{ path: string; field: string; fields: readonly string[] }>({
    kind: 'input',
    message: ({ path, field, fields }) =>
      `${path} has no field ${field} (it has ${fields.length === 0 ? 'none' : fields.slice(0, 12).join(', ')})`,
    cause: 'An object names a field that the struct does not have.',
    remedy: '`beeswax show OBJECT` prints the types of keys and values.',
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
  // The Linux kernel as an engine (bpf(2), foreign function interface)
  BEESWAX_E_FFI_MISSING: entry<{ package: string; reason: string }>({
    kind: 'machine',
    message: ({ package: name, reason }) =>
      `system calls cannot be made: the package ${name} does not load (${reason})`,
    cause: 'The Linux kernel is reached through an optional package that is not installed, or not for this machine.',
    remedy: 'Install it (`npm install koffi`); under Deno, allow it with --allow-ffi.',
  }),
  BEESWAX_E_KERNEL_UNAVAILABLE: entry<{ platform: string; arch: string }>({
    kind: 'machine',
    message: ({ platform, arch }) => `there is no Linux kernel with bpf(2) here: this is ${platform} on ${arch}`,
    cause: 'The engine `kernel` needs Linux on x86-64, arm64, riscv64 or loong64, with /sys mounted.',
    remedy: 'Use another engine (`--engine auto`), which needs no kernel.',
  }),
  BEESWAX_E_KERNEL_PERMISSION: entry<{ errno: string }>({
    kind: 'machine',
    message: ({ errno }) => `the kernel does not allow bpf(2): ${errno}`,
    cause: 'bpf(2) needs root or CAP_BPF and CAP_NET_ADMIN, and containers often forbid it altogether.',
    remedy: 'Run as root, in a container with these capabilities; or use another engine (`--engine auto`).',
  }),
  BEESWAX_E_KERNEL_PIN: entry<{ cpu: number; errno: string }>({
    kind: 'machine',
    message: ({ cpu, errno }) => `this thread cannot be kept on CPU ${cpu}: ${errno}`,
    cause: 'The CPU is offline, or the process may not run on it (taskset, cpuset of a container).',
    remedy: 'Allow the process that CPU, or name one that it may run on.',
  }),
  BEESWAX_E_KERNEL_NO_TYPE: entry<{ program: string; type: string }>({
    kind: 'input',
    message: ({ program, type }) => `the kernel has no program type for ${program}: its type is ${type}`,
    cause: 'Programs of this type belong to no hook of the kernel.',
    remedy: 'Use another engine (`--engine auto`), or give the program a type that the kernel has (`--type xdp`).',
  }),
  BEESWAX_E_KERNEL_KFUNC: entry<{ program: string; kfunc: string }>({
    kind: 'input',
    message: ({ program, kfunc }) => `${program} needs the kernel's ${kfunc}, which this kernel does not have`,
    cause: 'The running kernel has no function or variable of that name with the prototype that the object declares.',
    remedy: 'Declare it `__weak` and ask for it with `bpf_ksym_exists`, or use a kernel that has it.',
  }),
  BEESWAX_E_KERNEL_REJECTED: entry<{ program: string; errno: string; reason: string; log: string }>({
    kind: 'input',
    message: ({ program, errno, reason }) => `the kernel rejects ${program} (${errno}): ${reason}`,
    cause: "The kernel's verifier found no proof that the program is safe, or does not know what it uses.",
    remedy: "The notes are the end of the verifier's log; its last lines say what was not proven.",
  }),
  BEESWAX_E_KERNEL_MAP: entry<{
    map: string;
    type: string;
    operation: string;
    errno: string;
    keySize: number;
    valueSize: number;
    maxEntries: number;
  }>({
    kind: 'input',
    message: ({ map, type, operation, errno, keySize, valueSize, maxEntries }) =>
      `the kernel refuses to ${operation} map ${map}: ${errno} ` +
      `(${type}, key ${keySize} bytes, value ${valueSize} bytes, ${maxEntries} entries)`,
    cause:
      'The kernel gives EINVAL for sizes or flags that the map type does not have, E2BIG when it is full or too large.',
    remedy: 'Compare sizes, flags and number of entries with what the map type allows.',
  }),
  BEESWAX_E_KERNEL_MAP_BYTES: entry<{ map: string; part: 'key' | 'value'; expected: number; actual: number }>({
    kind: 'usage',
    message: ({ map, part, expected, actual }) => `a ${part} of map ${map} has ${expected} bytes, not ${actual}`,
    cause: 'Raw bytes given as a key or value have another length than the map says.',
    remedy: 'Give exactly as many bytes as the key or value has, in memory order.',
  }),
  BEESWAX_E_KERNEL_RUN: entry<{
    program: string;
    errno: string;
    length: number;
    metaLength: number;
    ingressIfindex: number;
    rxQueueIndex: number;
  }>({
    kind: 'input',
    message: ({ program, errno, length, metaLength, ingressIfindex, rxQueueIndex }) =>
      `the kernel refuses to run ${program} (${errno}) on a packet of ${length} bytes with ${metaLength} of metadata, ` +
      `interface ${ingressIfindex}, queue ${rxQueueIndex}`,
    cause:
      'A test run takes packets of 14 bytes and more, metadata in multiples of 4, an interface that exists and has ' +
      'the queue, no egress interface, and no programs for devmap or cpumap entries.',
    remedy: 'Change what the sentence above excludes.',
  }),
  BEESWAX_E_KERNEL_NO_SUCH: entry<{ kind: 'program' | 'map'; name: string; known: readonly string[] }>({
    kind: 'usage',
    message: ({ kind, name, known }) =>
      `there is no ${kind} ${name}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`,
    cause: 'The object has no program or map of that name.',
    remedy: 'Use a name that `beeswax show OBJECT` lists.',
  }),

  // Maps
  BEESWAX_E_MAP_CREATE: entry<{
    map: string;
    type: string;
    errno: string;
    keySize: number;
    valueSize: number;
    maxEntries: number;
    flags: number;
  }>({
    kind: 'input',
    message: ({ map, type, errno, keySize, valueSize, maxEntries, flags }) =>
      `map ${map} cannot be made: ${errno} (${type}, key ${keySize} bytes, value ${valueSize} bytes, ${maxEntries} entries, flags ${hex(flags)})`,
    cause: 'The kernel refuses these attributes with this errno, and so does the engine.',
    remedy: 'Check key size, value size, max_entries and flags against what the map type allows.',
  }),
  BEESWAX_E_MAP_MEMORY: entry<{ map: string; needed: number; left: number }>({
    kind: 'input',
    message: ({ map, needed, left }) =>
      `map ${map} needs ${needed} MiB, the engine's memory has ${left} MiB left for it`,
    cause: 'Keys and values of all elements are reserved when a map is made, unless it has BPF_F_NO_PREALLOC.',
    remedy: 'Create the engine with a larger `memory`, or lower max_entries.',
  }),
  BEESWAX_E_MAP_BYTES: entry<{ map: string; part: 'key' | 'value'; expected: number; actual: number }>({
    kind: 'usage',
    message: ({ map, part, expected, actual }) => `a ${part} of map ${map} has ${expected} bytes, not ${actual}`,
    cause: 'Keys and values given as bytes must be as long as the map declares them.',
    remedy: 'Give exactly that many bytes; of a per-CPU map one value, or one a CPU, each padded to a multiple of 8.',
  }),
  BEESWAX_E_MAP_OPERATION: entry<{ map: string; type: string; operation: string; errno: string; key?: string }>({
    kind: 'input',
    message: ({ map, type, operation, errno, key }) =>
      `${operation} of map ${map} (${type})${key === undefined ? '' : `, key ${key}`}: ${errno}`,
    cause: 'The kernel answers this operation on a map of this type with this errno, and so does the engine.',
    remedy:
      'E2BIG: the map is full or the index past its end. EEXIST, ENOENT: the flags forbid it. EPERM: the map is frozen or its flags forbid access. EINVAL: the type has no such operation.',
  }),
  BEESWAX_E_ENTRY_PROGRAM: entry<{ map: string; type: string; program: string; section: string }>({
    kind: 'input',
    message: ({ map, type, program, section }) =>
      `program ${program} cannot run on entries of ${map}: its section \`${section}\` does not say ${type}`,
    cause: 'Programs of devmap and cpumap entries are of an attach type of their own, which their section names.',
    remedy: 'Put the program into a section `xdp/devmap` or `xdp/cpumap`.',
  }),
  BEESWAX_E_MAP_CLOSED: entry<{ map: string }>({
    kind: 'usage',
    message: ({ map }) => `map ${map} is closed`,
    cause: 'The object or engine that the map belongs to was closed.',
    remedy: 'Read what you need before closing it.',
  }),

  // The engine
  BEESWAX_E_MEMORY_SIZE: entry<{ size: string }>({
    kind: 'usage',
    message: ({ size }) => `an engine cannot have a memory of ${size}`,
    cause: 'The `memory` option is no size, or outside of 32 MiB to 4 GiB.',
    remedy: "Give bytes or text such as '512MiB'.",
  }),
  BEESWAX_E_CUSTOM_HELPER: entry<{ name: string; id: number; problem: string }>({
    kind: 'usage',
    message: ({ name, id, problem }) => `helper ${name} (number ${id}): ${problem}`,
    cause: 'A helper that the embedder adds has a number or arguments that cannot be declared so.',
    remedy: "Give it a number from CUSTOM_HELPER_BASE up, and 'mem' and 'out' arguments with their 'size' behind.",
  }),
  BEESWAX_E_NO_MEMORY: entry<{ mebibytes: number }>({
    kind: 'machine',
    message: ({ mebibytes }) => `the host refuses a WebAssembly memory of ${mebibytes} MiB`,
    cause: 'The process or page has no address space left, or a limit forbids it.',
    remedy: "Create the engine with a smaller `memory`, such as '128MiB', or close engines that are no longer used.",
  }),
  BEESWAX_E_ENGINE_FULL: entry<{ what: string; size: number }>({
    kind: 'input',
    message: ({ what, size }) => `${what}: ${size} bytes do not fit into what is left of the engine's memory`,
    cause: 'The maps, programs and batches of an engine share one memory of fixed size.',
    remedy: "Create the engine with a greater `memory`, such as '4GiB', or lower the map's max_entries before loading.",
  }),
  BEESWAX_E_TRANSLATION: entry<{ problem: string }>({
    kind: 'internal',
    message: ({ problem }) => `the translation in the background failed: ${problem}`,
    cause: 'The translator does not take the object.',
    remedy: "The interpreter runs the programs; `engine: 'jit'` gives the reason in full.",
  }),
  BEESWAX_E_ENGINE_CLOSED: entry<{ what: string }>({
    kind: 'usage',
    message: ({ what }) => `${what} was closed`,
    cause: 'An engine, object, program or map was used after `close()` or the end of its `using` block.',
    remedy: 'Keep the engine open for as long as its objects are used.',
  }),
  BEESWAX_E_NO_SUCH_PROGRAM: entry<{ name: string; programs: readonly string[] }>({
    kind: 'usage',
    message: ({ name, programs }) =>
      programs.length === 0 ? 'the object has no program' : `the object has no program named ${name}`,
    cause: 'A program was asked for by a name that is neither a function nor a section of the object.',
    remedy: 'List the names with `beeswax show OBJECT`.',
  }),
  BEESWAX_E_NO_SUCH_MAP: entry<{ name: string; maps: readonly string[] }>({
    kind: 'usage',
    message: ({ name, maps }) => (maps.length === 0 ? 'the object has no map' : `the object has no map named ${name}`),
    cause: 'A map was asked for by a name that the object does not have.',
    remedy: 'List the names with `beeswax show OBJECT`.',
  }),
  BEESWAX_E_NOTHING_LOADED: entry<{ failures: readonly string[] }>({
    kind: 'input',
    message: ({ failures }) => `no program of the object could be loaded: ${failures.join('; ')}`,
    cause: 'Each program of the object was refused, or it has none.',
    remedy: 'The notes name the reason for each program.',
  }),
  BEESWAX_E_NO_HOOK: entry<{ program: string; type: string }>({
    kind: 'input',
    message: ({ program, type }) => `program ${program} is of type ${type}, which this engine cannot run`,
    cause: 'There is no hook for programs of this type.',
    remedy: 'If the section name misleads, say what it is with `type` (`--type xdp`).',
  }),
  BEESWAX_E_TOO_MANY: entry<{ what: string; limit: number }>({
    kind: 'input',
    message: ({ what, limit }) => `an engine holds at most ${limit} ${what}`,
    cause: 'More programs, functions or maps were loaded than the engine has records for.',
    remedy: 'Close objects that are no longer used, or use another engine.',
  }),
  BEESWAX_E_VALUE_REFERENCE: entry<{ map: string; offset: number; size: number }>({
    kind: 'input',
    message: ({ map, offset, size }) => `byte ${offset} of map ${map} cannot be addressed: its value has ${size} bytes`,
    cause: 'An instruction takes the address of a value of a map that is no array of one element, or past its end.',
    remedy: 'Only data sections and arrays with max_entries 1 have values with a fixed address.',
  }),
  BEESWAX_E_UMEM_FULL: entry<{ wanted: number; size: number }>({
    kind: 'machine',
    message: ({ wanted, size }) => `no room for ${wanted} bytes of packet frames in a umem of ${size} bytes`,
    cause: 'The batches that are open hold all frames.',
    remedy: 'Use smaller batches, or create the engine with a greater `memory`.',
  }),
  BEESWAX_E_REENTRY: entry<{ program: string }>({
    kind: 'usage',
    message: ({ program }) => `program ${program} cannot be run from within a run of the same engine`,
    cause: 'A custom helper, clock, random source or trace callback ran a program of the engine that called it.',
    remedy: 'Use a second engine, or run it after the callback has returned.',
  }),
  BEESWAX_E_PACKET_LENGTH: entry<{ length: number; minimum: number; maximum: number }>({
    kind: 'input',
    message: ({ length, minimum, maximum }) =>
      `a packet of ${length} bytes cannot be run: ${minimum} to ${maximum} bytes are possible`,
    cause: 'The packet is shorter than an Ethernet header, or longer than a frame.',
    remedy: 'Pass whole frames, from the Ethernet header on.',
  }),
  BEESWAX_E_CONTEXT_FIELD: entry<{ name: string; known: readonly string[] }>({
    kind: 'usage',
    message: ({ name, known }) =>
      `the context has no field ${name} that a caller can give${known.length === 0 ? '' : `: it has ${known.join(', ')}`}`,
    cause: 'As for BPF_PROG_TEST_RUN, only some fields of a context are the caller’s; the hook fills the others.',
    remedy: 'Leave the field out.',
  }),
  BEESWAX_E_CONTEXT_VALUE: entry<{ name: string; bits: number; count?: number }>({
    kind: 'usage',
    message: ({ name, bits, count }) =>
      count === undefined
        ? `the context field ${name} is a whole number of ${bits} bits, unsigned`
        : `the context field ${name} is an array of at most ${count} whole numbers of ${bits} bits, unsigned`,
    cause: 'The value given for the field does not fit it.',
    remedy: 'Give a value of that form.',
  }),
  BEESWAX_E_NETWORK_TABLE: entry<{ what: string; text: string }>({
    kind: 'usage',
    message: ({ what, text }) => `the network table has no ${what} in ${JSON.stringify(text)}`,
    cause: 'Addresses are IPv4, IPv6 or MAC addresses as text; a prefix is an address, a slash and its length in bits.',
    remedy: 'Correct the entry of the engine’s option `network`.',
  }),
  BEESWAX_E_META_LENGTH: entry<{ length: number }>({
    kind: 'input',
    message: ({ length }) => `metadata of ${length} bytes cannot stand in front of a packet`,
    cause: 'Metadata is a multiple of 4 bytes and at most 216 bytes long.',
    remedy: 'Pad the metadata.',
  }),
  BEESWAX_E_WASM_MISSING: entry<{ url: string }>({
    kind: 'machine',
    message: ({ url }) => `the engine's WebAssembly cannot be read from ${url}`,
    cause: 'The file runtime.wasm was not deployed beside the JavaScript, or the build is incomplete.',
    remedy: 'Serve the file, or pass its bytes as `wasm` to `Engine.create`; in a checkout run `npm run build`.',
  }),
  BEESWAX_E_NOT_YET: entry<{ what: string }>({
    kind: 'usage',
    message: ({ what }) => `${what} is not there yet`,
    cause: 'The feature is planned and named, but not part of this version.',
    remedy: 'See the changelog for what each version has.',
  }),

  // Traps: why a running program was stopped
  BEESWAX_E_TRAP_READ: trap(
    'reads outside of its memory',
    'A load reaches beyond the packet, the stack, the context and the map values.',
    'Compare the pointer with `data_end`, or the map value with NULL, first.',
  ),
  BEESWAX_E_TRAP_WRITE: trap(
    'writes outside of its memory',
    'A store reaches beyond the packet, the stack and the map values, or into frozen data.',
    'Compare the pointer with `data_end`, or the map value with NULL, first.',
  ),
  BEESWAX_E_TRAP_FUEL: trap(
    'has used up its budget of instructions',
    'The run executed more instructions than the engine allows: a loop does not end in time.',
    'Bound the loop, or create the engine with more `fuel`.',
  ),
  BEESWAX_E_TRAP_CALL_DEPTH: trap(
    'calls more than 8 functions deep',
    'A ninth frame would be needed (the kernel allows 8).',
    'Inline a function, or replace recursion by a loop.',
  ),
  BEESWAX_E_TRAP_CALL_TARGET: trap(
    'calls what is no function',
    'The register of an indirect call, or a callback, holds no function of a program.',
    'Take the address of a static function.',
  ),
  BEESWAX_E_TRAP_HELPER_RANGE: trap(
    'gives a helper memory that it may not touch',
    'A pointer and length given to a helper reach beyond the memory of the program.',
    'Check pointer and length first.',
  ),
  BEESWAX_E_TRAP_HELPER_MAP: trap(
    'gives a helper what is no map of the right kind',
    'The map argument is no map, or of a type that the helper does not take.',
    'Pass the address of a map of the right type.',
  ),
  BEESWAX_E_TRAP_HELPER_ARGUMENT: trap(
    'gives a helper an argument that it cannot take',
    "An argument is not of the kind that the helper's signature wants.",
    'See the signature in bpf-helpers(7).',
  ),
  BEESWAX_E_TRAP_HELPER_HOST: trap(
    'called a helper of the embedder that threw',
    'A function given as custom helper, clock, random source or trace callback threw.',
    'Catch in the function; the error is the cause of this one.',
  ),
  BEESWAX_E_TRAP_INTERNAL: trap(
    'met a defect of the engine',
    'An instruction reached a back end that does not know it.',
    'Please report it with the object.',
  ),

  // The translator
  BEESWAX_E_COMPILE_LIMIT: entry<{ what: string; limit: number }>({
    kind: 'input',
    message: ({ what, limit }) => `too much for the translator: more than ${limit} ${what}`,
    cause: 'A function is larger, or nested deeper, than translation takes in bounded time and memory.',
    remedy: 'Run it in the interpreter: `--engine auto` does so by itself, `--engine interp` always.',
  }),

  // Assembly text
  BEESWAX_E_ASM_SYNTAX: entry<{ problem: string }>({
    kind: 'input',
    message: ({ problem }) => problem,
    cause: 'A line of assembly is no instruction, label or directive.',
    remedy: 'Write instructions as llvm-objdump prints them, such as `r0 = 1` or `if r1 > 0x7 goto +0x3`.',
  }),
  BEESWAX_E_ASM_UNKNOWN_NAME: entry<{ what: string; name: string }>({
    kind: 'input',
    message: ({ what, name }) => `no ${what} \`${name}\``,
    cause: 'A line of assembly names a label, map, helper, register, type or directive that does not exist.',
    remedy: 'Check the spelling, or define it.',
  }),
  BEESWAX_E_ASM_RANGE: entry<{ what: string; value: bigint; min: bigint; max: bigint }>({
    kind: 'input',
    message: ({ what, value, min, max }) => `${what} ${value} is not between ${min} and ${max}`,
    cause: 'A number does not fit the field of the instruction or directive.',
    remedy: 'Use a number in the range; a 64-bit number is loaded by `r1 = NUMBER ll`.',
  }),
  BEESWAX_E_OBJECT_WRITE: entry<{ program: string; problem: string }>({
    kind: 'input',
    message: ({ program, problem }) => `program ${program} does not go into an object file: ${problem}`,
    cause: 'A program refers to something that ELF relocations cannot express.',
    remedy: 'Refer to maps as a whole, and to bytes of `.rodata`, `.data` or `.bss` only.',
  }),
  BEESWAX_E_ASM_DUPLICATE: entry<{ what: string; name: string }>({
    kind: 'input',
    message: ({ what, name }) => `${what} \`${name}\` is defined twice`,
    cause: 'Two labels of a program, two maps or two programs have the same name.',
    remedy: 'Rename one.',
  }),
} as const;

export type ErrorCode = keyof typeof CATALOGUE;
export type ErrorData<C extends ErrorCode> = (typeof CATALOGUE)[C] extends CatalogueEntry<infer D> ? D : never;
