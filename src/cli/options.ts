/**
 * The options of the command line, each once. Parser, help pages, shell completion and docs/cli.md derive from this
 * table; a command lists which of them it takes. The words are a contract: they are added to, never renamed.
 */
import { PROGRAM_TYPES, type ProgramType } from '../abi/program_types.js';

export interface OptionSpec {
  /** Without the dashes. */
  readonly long: string;
  readonly short?: string;
  /** Name of the value in help pages; absent for switches. */
  readonly value?: string;
  /** The only words that the value may be. */
  readonly choices?: readonly string[];
  /** The value is a whole number from `min` on. */
  readonly min?: number;
  /** May be given several times. */
  readonly multiple?: true;
  /** What a shell completes the value with. */
  readonly complete?: 'file';
  readonly help: string;
  /** What holds without the option, for help pages. */
  readonly byDefault?: string;
}

/** Values of `--engine`. */
export const ENGINE_CHOICES = ['auto', 'jit', 'interp', 'kernel'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Values of `--engine` where instructions are judged: the reference model is one more engine there. */
export const SUITE_ENGINES = ['auto', 'jit', 'interp', 'reference', 'kernel'] as const;
export type SuiteEngine = (typeof SUITE_ENGINES)[number];

const TYPE_CHOICES = Object.keys(PROGRAM_TYPES) as ProgramType[];

export const OPTIONS = {
  program: {
    long: 'program',
    short: 'p',
    value: 'NAME',
    help: 'program of the object, by function or section name',
    byDefault: 'the only one, or the first',
  },
  input: {
    long: 'input',
    short: 'i',
    value: 'CAPTURE',
    complete: 'file',
    help: 'capture to read: pcap or pcapng, gzip or not; - is stdin',
  },
  output: {
    long: 'output',
    short: 'o',
    value: 'CAPTURE',
    complete: 'file',
    help: 'write every packet as it is after the run: pcap where the name ends in .pcap, else pcapng, which carries the verdicts; - is stdout',
  },
  objectOutput: { long: 'output', short: 'o', value: 'OBJECT.o', complete: 'file', help: 'object file to write' },
  engine: {
    long: 'engine',
    value: 'ENGINE',
    choices: ENGINE_CHOICES,
    help: 'what runs the program: auto interprets until the translation to WebAssembly is ready, jit waits for it, interp only interprets, kernel asks the Linux kernel through bpf(2)',
    byDefault: 'auto',
  },
  type: {
    long: 'type',
    value: 'TYPE',
    choices: TYPE_CHOICES,
    help: 'program type where the section name does not say it',
    byDefault: 'xdp',
  },
  btf: {
    long: 'btf',
    value: 'FILE|kernel',
    complete: 'file',
    help: "types of the kernel that the program is for, which its CO-RE relocations ask: BTF, or an ELF file that holds it, such as vmlinux; kernel is this machine's own",
    byDefault: "the built-in networking types; of --engine kernel the kernel's own",
  },
  maps: {
    long: 'maps',
    value: 'FILE.json',
    complete: 'file',
    help: 'initial contents of maps: {"map": [{"key": K, "value": V}]}, K and V shaped by BTF or hex strings',
  },
  dumpMaps: {
    long: 'dump-maps',
    value: 'FILE.json',
    complete: 'file',
    help: 'write what the maps hold at the end, in the form of --maps; - is stdout',
  },
  raw: { long: 'raw', help: 'dump keys and values as hex strings of their bytes' },
  verdicts: {
    long: 'verdicts',
    value: 'FILE',
    complete: 'file',
    help: 'write one JSON object a packet: {"packet", "retval", "verdict", "data"}; - is stdout',
  },
  limit: { long: 'limit', value: 'N', min: 1, help: 'stop after so many packets' },
  ifindex: {
    long: 'ifindex',
    value: 'N',
    min: 1,
    help: 'ingress_ifindex that the program sees',
    byDefault: '1',
  },
  queue: { long: 'queue', value: 'N', min: 0, help: 'rx_queue_index that the program sees', byDefault: '0' },
  data: {
    long: 'data',
    value: 'HEX|FILE',
    complete: 'file',
    help: 'the packet: hex digits (spaces and colons allowed), or a file: a capture, of which the first packet is taken, or raw bytes',
    byDefault: '64 zero bytes',
  },
  context: {
    long: 'ctx',
    value: 'JSON',
    help: 'fields of the context by their UAPI names, such as {"ingress_ifindex": 2}; "data" is how many of the first bytes are metadata',
  },
  repeat: { long: 'repeat', value: 'N', min: 1, help: 'run so many times and time them', byDefault: '1' },
  wat: { long: 'wat', help: 'the WebAssembly that the program becomes, as text' },
  top: { long: 'top', value: 'N', min: 0, help: 'changed entries to show of each map', byDefault: '10' },
  suiteEngine: {
    long: 'engine',
    value: 'ENGINE',
    choices: SUITE_ENGINES,
    multiple: true,
    help: 'engine to judge, several times for several: jit (or auto) translates to WebAssembly, interp interprets, reference is the model of RFC 9669 that expected values come from, kernel asks the Linux kernel through bpf(2)',
    byDefault: 'auto, unless --plugin or --batch names one',
  },
  plugin: {
    long: 'plugin',
    value: 'COMMAND',
    multiple: true,
    help: "engine to judge that is a plugin of the public suite (bpf_conformance): a process a case; --groups says what it claims beyond the RFC's base, divmul and atomic groups",
  },
  batch: {
    long: 'batch',
    value: 'COMMAND',
    multiple: true,
    help: 'engine to judge that speaks the batch protocol (docs/conformance-protocol.md): a process for all cases',
  },
  groups: {
    long: 'groups',
    value: 'LIST',
    help: 'conformance groups to judge, with commas: base32, base64, divmul32, divmul64, atomic32, atomic64, packet, callx, may_goto, load_acquire',
    byDefault: 'all that the engine claims',
  },
  cpu: {
    long: 'cpu',
    value: 'VERSION',
    choices: ['v1', 'v2', 'v3', 'v4'],
    help: 'judge only instructions that this cpu version of clang has',
    byDefault: 'all, and what came after v4',
  },
  filter: { long: 'filter', value: 'TEXT', help: 'judge only cases whose name holds this' },
  elf: { long: 'elf', help: 'programs are handed over as object files, in hex' },
  tap: { long: 'tap', help: 'print the Test Anything Protocol on stdout, nothing else' },
  junit: { long: 'junit', value: 'FILE', complete: 'file', help: "write JUnit's XML; - is stdout" },
  report: {
    long: 'report',
    value: 'DIR',
    complete: 'file',
    help: 'write DIR/index.html: instructions by engines, each cell with its failing cases, in one file',
  },
  compare: { long: 'compare', help: 'say what changed between two files that --json wrote, the earlier one first' },
  pluginEngine: {
    long: 'engine',
    value: 'ENGINE',
    choices: ['interp', 'jit', 'reference'],
    help: 'what runs the program',
    byDefault: 'interp',
  },
  pluginProgram: { long: 'program', value: 'HEX', help: 'the program', byDefault: 'stdin' },
  serveBatch: { long: 'batch', help: 'serve many cases by the batch protocol (docs/conformance-protocol.md) instead' },
  seed: {
    long: 'seed',
    value: 'N',
    min: 0,
    help: 'seed of the first program; each has the next',
    byDefault: 'any, printed',
  },
  programs: { long: 'programs', value: 'N', min: 1, help: 'programs to try', byDefault: '10000' },
  engines: {
    long: 'engines',
    value: 'LIST',
    help: 'engines to compare, with commas: reference, interp, jit, kernel; the first one is what the others are compared with',
    byDefault: 'reference,interp,jit',
  },
  levels: {
    long: 'levels',
    value: 'LIST',
    help: 'optimisation levels of the translator, 0 to 3, with commas: each is an engine of its own',
    byDefault: '2',
  },
  outFolder: { long: 'out', value: 'DIR', complete: 'file', help: 'write a .data file for each difference there' },
  json: { long: 'json', help: 'print one JSON document on stdout, nothing else' },
  quiet: { long: 'quiet', short: 'q', help: 'print nothing but errors' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<S> = S extends { multiple: true } ? readonly OneOf<S>[] : OneOf<S>;
type OneOf<S> = S extends { choices: readonly (infer Choice)[] }
  ? Choice
  : S extends { min: number }
    ? number
    : S extends { value: string }
      ? string
      : true;

/** What was given on the command line, by the table's keys. */
export type Options = { readonly [Name in OptionName]?: ValueOf<(typeof OPTIONS)[Name]> };

/** How an option is written, for help pages: `-p, --program NAME`. */
export function optionSyntax(spec: OptionSpec): string {
  return `${spec.short === undefined ? '    ' : `-${spec.short}, `}--${spec.long}${spec.value === undefined ? '' : ` ${spec.value}`}`;
}

/** Its explanation with the choices and the default, for help pages. */
export function optionHelp({ help, choices, byDefault }: OptionSpec): string {
  const words = choices === undefined ? '' : ` (${choices.join('|')})`;
  return `${help}${words}${byDefault === undefined ? '' : ` [${byDefault}]`}`;
}
