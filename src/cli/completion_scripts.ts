// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shells' own syntax
/** Completion scripts for shells, made from the tables of commands and options. */
import { COMMANDS, type CommandSpec, type SHELLS } from './command_table.js';
import { OPTIONS, type OptionSpec } from './options.js';

export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell): string {
  return `${SCRIPTS[shell]().join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, () => string[]>> = { bash, zsh, fish };

const specsOf = (command: CommandSpec): OptionSpec[] => command.options.map((name) => OPTIONS[name]);

const written = ({ short, long }: OptionSpec): string[] =>
  short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`];

function bash(): string[] {
  const cases = COMMANDS.flatMap((command) => {
    const specs = specsOf(command);
    const words = [...specs.flatMap(written), '-h', '--help', ...(command.argument?.choices ?? [])].join(' ');
    const choices = specs
      .filter((spec) => spec.choices !== undefined)
      .map((spec) => `        ${written(spec).join('|')}) words="${spec.choices?.join(' ')}" ;;`);
    const free = specs.filter((spec) => spec.value !== undefined && spec.choices === undefined);
    const files = free.length === 0 ? [] : [`        ${free.flatMap(written).join('|')}) words="" ;;`];
    return [
      `    ${command.name})`,
      `      words="${words}"`,
      ...(choices.length + files.length === 0 ? [] : ['      case "$previous" in', ...choices, ...files, '      esac']),
      '      ;;',
    ];
  });
  return [
    '# bash completion of beeswax',
    '_beeswax() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${[...COMMANDS.map(({ name }) => name), 'help', '--help', '--version'].join(' ')}"`,
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  if [ "$COMP_CWORD" -gt 1 ] && [ ${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi',
    '}',
    'complete -o filenames -F _beeswax beeswax',
  ];
}

/** Text inside single quotes of zsh and fish. */
const quoted = (text: string): string => text.replace(/'/g, "'\\''");

/** What zsh completes the argument with. */
function argumentLine({ argument }: CommandSpec): string[] {
  if (argument === undefined) return [];
  const { name, choices, count } = argument;
  return [
    `      '${count === 'any' ? '*' : '1'}:${name}:${choices === undefined ? '_files' : `(${choices.join(' ')})`}'`,
  ];
}

function zsh(): string[] {
  const escaped = (text: string): string => quoted(text).replace(/[[\]:]/g, '\\$&');
  const commands = COMMANDS.map(({ name, summary }) => `    '${name}:${escaped(summary)}'`);
  const cases = COMMANDS.flatMap((command) => {
    const options = specsOf(command).map((spec) => {
      const names = written(spec);
      const flag = names.length === 1 ? `'${names[0]}` : `'(${names.join(' ')})'{${names.join(',')}}'`;
      const action =
        spec.choices === undefined ? (spec.complete === 'file' ? '_files' : ' ') : `(${spec.choices.join(' ')})`;
      const value = spec.value === undefined ? '' : `:${escaped(spec.value)}:${action}`;
      return `      ${flag}[${escaped(spec.help)}]${value}'`;
    });
    return [
      `  ${command.name})`,
      '    _arguments \\',
      ...[...options, ...argumentLine(command)].map((line, index, all) => line + (index < all.length - 1 ? ' \\' : '')),
      '    ;;',
    ];
  });
  return [
    '#compdef beeswax',
    '# zsh completion of beeswax',
    '_beeswax() {',
    '  local -a commands=(',
    ...commands,
    '  )',
    '  if (( CURRENT == 2 )); then',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local command="${words[2]}"',
    '  shift words',
    '  (( CURRENT-- ))',
    '  case "$command" in',
    ...cases,
    '  esac',
    '}',
    'compdef _beeswax beeswax',
  ];
}

function fish(): string[] {
  const lines = ['# fish completion of beeswax'];
  for (const command of COMMANDS) {
    lines.push(`complete -c beeswax -f -n __fish_use_subcommand -a ${command.name} -d '${quoted(command.summary)}'`);
  }
  for (const command of COMMANDS) {
    const within = `complete -c beeswax -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const spec of specsOf(command)) {
      const short = spec.short === undefined ? '' : ` -s ${spec.short}`;
      const value = spec.value === undefined ? '' : spec.complete === 'file' ? ' -r' : ' -x';
      const choices = spec.choices === undefined ? '' : ` -a '${spec.choices.join(' ')}'`;
      lines.push(`${within}${short} -l ${spec.long}${value}${choices} -d '${quoted(spec.help)}'`);
    }
    if (command.argument?.choices !== undefined) lines.push(`${within} -f -a '${command.argument.choices.join(' ')}'`);
  }
  return lines;
}
