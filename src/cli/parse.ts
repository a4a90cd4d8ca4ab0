/** From the words of a command line to a command with its argument and options, or an error with the nearest right word. */
import { parseArgs } from 'node:util';
import type { BeeswaxError } from '../util/errors.js';
import { didYouMean } from '../util/nearest.js';
import { COMMANDS, type CommandSpec } from './command_table.js';
import { OPTIONS, type OptionName, type OptionSpec, type Options } from './options.js';
import { usageError } from './usage_error.js';

export type Parsed =
  | { readonly kind: 'help'; readonly command?: CommandSpec }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'command';
      readonly command: CommandSpec;
      /** The first one; '' where none was given to a command that does without. */
      readonly argument: string;
      /** All of them. */
      readonly everyArgument: readonly string[];
      readonly options: Options;
    };

/** @throws BeeswaxError BEESWAX_E_USAGE. */
export function parseCommandLine(words: readonly string[]): Parsed {
  const [first, ...rest] = words;
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'help' };
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (first === 'help')
    return rest[0] === undefined ? { kind: 'help' } : { kind: 'help', command: findCommand(rest[0]) };
  return parseCommand(findCommand(first), rest);
}

function findCommand(name: string): CommandSpec {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = COMMANDS.map((command) => command.name);
  if (name.startsWith('-')) throw usageError(`${name} stands before a command`, 'say `beeswax COMMAND [OPTIONS]`');
  throw usageError(`there is no command ${name}`, didYouMean(name, names) ?? `the commands are ${names.join(', ')}`);
}

/** The options of a command, with --help. */
function optionsOf(command: CommandSpec): [OptionName, OptionSpec][] {
  return command.options.map((name) => [name, OPTIONS[name]]);
}

function parseCommand(command: CommandSpec, words: readonly string[]): Parsed {
  const specs = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(
        specs.map(([, { long, short, value }]) => [
          long,
          {
            type: value === undefined ? ('boolean' as const) : ('string' as const),
            ...(short === undefined ? {} : { short }),
          },
        ]),
      ),
    },
  });
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return { kind: 'help', command };

  const values: Partial<Record<OptionName, unknown>> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const found = specs.find(([, { long }]) => long === token.name);
    if (found === undefined) throw unknownOption(command, token.rawName);
    const [name, spec] = found;
    const value = optionValue(spec, token.rawName, token.value);
    if (spec.multiple === true) values[name] = [...((values[name] as unknown[] | undefined) ?? []), value];
    else if (name in values) throw usageError(`${token.rawName} is given twice`, 'give it once');
    else values[name] = value;
  }
  return {
    kind: 'command',
    command,
    argument: argumentOf(command, positionals),
    everyArgument: positionals,
    options: requireAll(command, values as Options),
  };
}

function unknownOption(command: CommandSpec, written: string): BeeswaxError {
  const known = optionsOf(command).map(([, { long }]) => `--${long}`);
  const elsewhere = COMMANDS.filter(({ options }) => options.some((name) => `--${OPTIONS[name].long}` === written));
  const where =
    elsewhere.length === 0 ? undefined : `it is an option of ${elsewhere.map(({ name }) => `\`${name}\``).join(', ')}`;
  return usageError(
    `${command.name} has no option ${written}`,
    where ?? didYouMean(written, known) ?? `see \`beeswax ${command.name} --help\``,
  );
}

function optionValue(spec: OptionSpec, written: string, value: string | undefined): unknown {
  if (spec.value === undefined) {
    if (value !== undefined)
      throw usageError(`${written} takes no value, but got ${value}`, `write \`${written}\` alone`);
    return true;
  }
  if (value === undefined || value === '')
    throw usageError(`${written} needs a value`, `write \`${written} ${spec.value}\``);
  if (spec.choices !== undefined) return oneOf(spec.choices, written, value);
  return spec.min === undefined ? value : wholeNumber(spec.min, written, value);
}

function oneOf(choices: readonly string[], what: string, value: string): string {
  if (choices.includes(value)) return value;
  throw usageError(`${what} cannot be ${value}`, didYouMean(value, choices) ?? `it may be ${choices.join(', ')}`);
}

function wholeNumber(min: number, what: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= 0xffff_ffff) return number;
  throw usageError(`${what} cannot be ${value}`, `it is a whole number from ${min} to ${0xffff_ffff}`);
}

function argumentOf(command: CommandSpec, positionals: readonly string[]): string {
  const [argument, extra] = positionals;
  if (command.argument === undefined) {
    if (argument === undefined) return '';
    throw usageError(
      `${command.name} takes options only, but got ${argument}`,
      `see \`beeswax ${command.name} --help\``,
    );
  }
  const { name, help, choices, count } = command.argument;
  if (argument === undefined && count !== undefined) return '';
  if (argument === undefined)
    throw usageError(`${command.name} needs ${name}: ${help}`, `see \`beeswax ${command.name} --help\``);
  if (extra !== undefined && count !== 'any') {
    throw usageError(
      `${command.name} takes one ${name}, but got ${extra} as well`,
      'put options in front of their values, and quote what has spaces',
    );
  }
  return choices === undefined ? argument : oneOf(choices, name, argument);
}

function requireAll(command: CommandSpec, options: Options): Options {
  for (const name of command.required ?? []) {
    const { short, value }: OptionSpec = OPTIONS[name];
    if (options[name] === undefined) {
      throw usageError(`${command.name} needs -${short} ${value}`, `see \`beeswax ${command.name} --help\``);
    }
  }
  return options;
}
