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
  readonly argument: { readonly name: string; readonly help: string; readonly choices?: readonly string[] };
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
    options: ['program', 'data', 'context', 'repeat', 'engine', 'type', 'maps', 'json', 'quiet'],
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
    options: ['type', 'json'],
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
    options: ['program', 'wat', 'type', 'json'],
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
