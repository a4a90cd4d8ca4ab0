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
  /** What a shell completes the value with. */
  readonly complete?: 'file';
  readonly help: string;
  /** What holds without the option, for help pages. */
  readonly byDefault?: string;
}

/** Values of `--engine`. */
export const ENGINE_CHOICES = ['auto', 'jit', 'interp', 'kernel'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

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
  json: { long: 'json', help: 'print one JSON document on stdout, nothing else' },
  quiet: { long: 'quiet', short: 'q', help: 'print nothing but errors' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<S> = S extends { choices: readonly (infer Choice)[] }
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
