/**
 * The commands of the command line, each once: what it is called, takes, and is for, with examples. Help pages,
 * completion and docs/cli.md derive from this table; the code of a command is in `commands/`.
 */
import type { OptionName } from './options.js';

interface CommandRow {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Below the usage line of its help page. */
  readonly description: string;
  /** Absent where it takes none. */
  readonly argument?: {
    readonly name: string;
    readonly help: string;
    readonly choices?: readonly string[];
    /** How often it may be given; exactly once by default. */
    readonly count?: 'optional' | 'any';
  };
  readonly options: readonly OptionName[];
  readonly required?: readonly OptionName[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
}

const OBJECT = { name: 'OBJECT', help: 'eBPF object file, as clang or gcc wrote it' };

/** Shells that there are completion scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const TABLE = {
  run: {
    summary: 'run a capture through a program',
    description:
      'Runs each packet of a capture through a program and prints how many got which verdict, packets per second, and the entries of maps that changed.',
    argument: OBJECT,
    options: [
      'program',
      'input',
      'output',
      'engine',
      'type',
      'btf',
      'maps',
      'dumpMaps',
      'raw',
      'verdicts',
      'limit',
      'ifindex',
      'queue',
      'top',
      'json',
      'quiet',
    ],
    required: ['input'],
    examples: [
      { line: 'beeswax run filter.o -i traffic.pcapng', what: 'verdicts and changed maps of a capture' },
      {
        line: 'beeswax run filter.o -p xdp_filter -i in.pcap -o out.pcapng',
        what: 'the packets with their verdicts, for Wireshark (filter: frame.verdict.ebpf_xdp == 1)',
      },
      {
        line: 'beeswax run filter.o -i in.pcap --maps blocked.json --dump-maps after.json',
        what: 'with maps filled before, and written down after',
      },
      {
        line: 'tcpdump -w - -c 1000 | beeswax run filter.o -i - --json',
        what: 'what an interface sees now, as JSON',
      },
    ],
  },
  test: {
    summary: 'run one packet, as BPF_PROG_TEST_RUN does',
    description:
      'Runs one packet through a program and prints return value, verdict, the packet afterwards and nanoseconds per run. Exits with 4 when the program trapped.',
    argument: OBJECT,
    options: ['program', 'data', 'context', 'repeat', 'engine', 'type', 'btf', 'maps', 'json', 'quiet'],
    examples: [
      { line: 'beeswax test filter.o', what: '64 zero bytes' },
      {
        line: 'beeswax test filter.o --data "ffffffffffff 020000000001 0806 0001080006040001"',
        what: 'a packet in hex',
      },
      {
        line: 'beeswax test filter.o --data traffic.pcapng --repeat 100000',
        what: 'the first packet of a capture, timed',
      },
      { line: `beeswax test filter.o --ctx '{"ingress_ifindex": 3}' --json`, what: 'from another interface, as JSON' },
    ],
  },
  show: {
    summary: 'list what an object holds',
    description:
      'Lists programs, maps with their key and value types, sections, relocations and what cannot be loaded.',
    argument: OBJECT,
    options: ['type', 'btf', 'json'],
    examples: [
      { line: 'beeswax show filter.o', what: 'for reading' },
      { line: 'beeswax show filter.o --json', what: 'for scripts' },
    ],
  },
  disasm: {
    summary: 'print the bytecode with its source lines',
    description:
      "Prints the instructions of a program in llvm-objdump's syntax, with the C lines that they come from; with --wat the WebAssembly that they become.",
    argument: OBJECT,
    options: ['program', 'wat', 'type', 'btf', 'json'],
    examples: [
      { line: 'beeswax disasm filter.o', what: 'all programs' },
      { line: 'beeswax disasm filter.o -p xdp_filter --wat', what: 'one program as WebAssembly text' },
    ],
  },
  asm: {
    summary: 'assemble text to an object file',
    description:
      'Assembles a text file (what disasm prints, with labels, maps and helper names) to an object file that the kernel and this engine load.',
    argument: { name: 'FILE', help: 'assembly text; - is stdin' },
    options: ['objectOutput', 'type', 'json', 'quiet'],
    required: ['objectOutput'],
    examples: [{ line: 'beeswax asm drop.bpfasm -o drop.o', what: 'then: beeswax test drop.o' }],
  },
  conformance: {
    summary: 'judge an engine by the eBPF instruction set',
    description:
      'Puts the conformance suite to an engine: hand-written cases and a matrix of every instruction, with expected values of a model of RFC 9669; or the .data files of a folder. A PATH.json that --json wrote joins a --report. Exits with 1 when a case failed, or nothing was judged.',
    argument: {
      name: 'PATH',
      help: '.data file, folder of such, or .json of an earlier run; the whole suite when absent',
      count: 'any',
    },
    options: [
      'suiteEngine',
      'plugin',
      'batch',
      'groups',
      'cpu',
      'filter',
      'elf',
      'json',
      'tap',
      'junit',
      'report',
      'compare',
      'quiet',
    ],
    examples: [
      { line: 'beeswax conformance', what: 'the whole suite on the translator' },
      { line: 'beeswax conformance --engine interp --groups base64 --filter lsh', what: 'a part of it' },
      { line: 'beeswax conformance cases/ --plugin "./my_engine --jit" --cpu v3', what: 'your cases on your engine' },
      { line: 'beeswax conformance --engine interp --engine jit --report out', what: 'two engines side by side' },
      { line: 'beeswax conformance --compare before.json after.json', what: 'what changed since' },
    ],
  },
  'conformance-plugin': {
    summary: 'be an engine under a conformance runner',
    description:
      "Runs one program as a plugin of the public suite's runner (bpf_conformance): program in hex on stdin, r0 in hex on stdout. With --batch serves many, a JSON line each.",
    argument: { name: 'MEMORY', help: 'memory that r1 points at, in hex', count: 'optional' },
    options: ['pluginEngine', 'pluginProgram', 'elf', 'serveBatch'],
    examples: [
      { line: 'beeswax conformance-plugin "01 02" --program "b700000001000000 9500000000000000"', what: 'prints 1' },
      { line: 'beeswax conformance-plugin --batch --engine jit', what: 'for `--batch` of a conformance runner' },
    ],
  },
  fuzz: {
    summary: 'compare engines on random programs',
    description:
      'Makes random programs over the whole instruction set, puts each to several engines and compares r0 and memory with what the first engine gives. A difference is shrunk to the smallest program that shows it, as a case file for `beeswax conformance`. Exits with 1 when engines differ. The same seed gives the same programs everywhere.',
    options: ['seed', 'programs', 'engines', 'levels', 'outFolder', 'json', 'quiet'],
    examples: [
      { line: 'beeswax fuzz', what: '10,000 programs on model, interpreter and translator' },
      { line: 'beeswax fuzz --seed 7 --programs 1000000 --levels 0,2 --out found', what: 'for a longer time' },
      { line: 'beeswax fuzz --engines reference,kernel --programs 50000', what: 'against the Linux kernel, as root' },
    ],
  },
  completion: {
    summary: 'print a completion script for a shell',
    description: 'Prints a script that teaches a shell the commands and options.',
    argument: { name: 'SHELL', help: SHELLS.join(', '), choices: SHELLS },
    options: [],
    examples: [
      { line: 'source <(beeswax completion bash)', what: 'for this bash; put it into ~/.bashrc to keep it' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax
      { line: 'beeswax completion zsh > "${fpath[1]}/_beeswax"', what: 'for zsh' },
      { line: 'beeswax completion fish > ~/.config/fish/completions/beeswax.fish', what: 'for fish' },
    ],
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof TABLE;

export interface CommandSpec extends CommandRow {
  readonly name: CommandName;
}

/** In the order of the help page. */
export const COMMANDS: readonly CommandSpec[] = (Object.entries(TABLE) as [CommandName, CommandRow][]).map(
  ([name, row]) => ({ name, ...row }),
);
