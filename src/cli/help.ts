/** Help pages, made from the tables of commands and options: usage, examples, then options. */
import { COMMANDS, type CommandSpec } from './command_table.js';
import { EXIT_CODES } from './exit_codes.js';
import { OPTIONS, optionHelp, optionSyntax } from './options.js';

/** Columns of a help page; golden files hold it, so it does not follow the terminal. */
const WIDTH = 100;

/** The page of `beeswax --help`. */
export function mainHelp(): string {
  const rows = COMMANDS.map(({ name, argument, summary }): Row => [`${name}${argumentSyntax(argument)}`, summary]);
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]): Row => [code, meaning]);
  return [
    'Runs eBPF objects over packets, translated to WebAssembly: no root, no kernel needed.',
    '',
    'Usage: beeswax COMMAND …',
    '',
    'Example:',
    '  beeswax run filter.o -i traffic.pcapng -o judged.pcapng',
    '',
    'Commands:',
    ...table(rows),
    '',
    'Options:',
    ...table([
      ['-h, --help', 'this page; after a command, the page of that command'],
      ['-V, --version', 'print the version'],
    ]),
    '',
    'Exit codes:',
    ...table(codes),
    '',
  ].join('\n');
}

/** The page of `beeswax COMMAND --help`. */
export function commandHelp(command: CommandSpec): string {
  const rows = command.options.map((name): Row => [optionSyntax(OPTIONS[name]), optionHelp(OPTIONS[name])]);
  return [
    `Usage: ${usage(command)}`,
    '',
    ...wrap(command.description, WIDTH),
    '',
    'Examples:',
    ...command.examples.flatMap(({ line, what }) => [`  ${line}`, `      ${what}`]),
    '',
    ...(command.argument === undefined
      ? []
      : ['Argument:', ...table([[command.argument.name, command.argument.help]]), '']),
    'Options:',
    ...table([...rows, ['-h, --help', 'this page']]),
    '',
  ].join('\n');
}

/** The usage line: what is required in full, then the rest as [OPTIONS]. */
export function usage({ name, argument, required = [], options }: CommandSpec): string {
  const needed = required.map((option) => {
    const { short, value } = OPTIONS[option] as { short: string; value: string };
    return ` -${short} ${value}`;
  });
  return `beeswax ${name}${argumentSyntax(argument)}${needed.join('')}${options.length > required.length ? ' [OPTIONS]' : ''}`;
}

/** ` OBJECT`, ` [MEMORY]`, ` [PATH…]`, or nothing. */
function argumentSyntax(argument: CommandSpec['argument']): string {
  if (argument === undefined) return '';
  const { name, count } = argument;
  if (count === undefined) return ` ${name}`;
  return count === 'any' ? ` [${name}…]` : ` [${name}]`;
}

type Row = readonly [term: string, explanation: string];

function table(rows: readonly Row[]): string[] {
  const indent = Math.max(...rows.map(([term]) => term.length)) + 4;
  return rows.flatMap(([term, explanation]) =>
    wrap(explanation, WIDTH - indent).map((line, index) =>
      index === 0 ? `  ${term.padEnd(indent - 2)}${line}` : `${' '.repeat(indent)}${line}`,
    ),
  );
}

/** Breaks a text into lines at spaces; a word longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
