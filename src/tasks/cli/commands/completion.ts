import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit-codes.js';
import { EVERYWHERE } from '../parse.js';

type Writer = (commands: readonly Command[]) => string[];

const WRITERS: Readonly<Record<string, Writer>> = {
  bash: bash('complete -F _carillon carillon'),
  zsh: bash('autoload -U +X bashcompinit && bashcompinit', 'complete -F _carillon carillon'),
  fish,
};

/** @param others what it completes beside itself */
export function completion(others: readonly Command[]): Command {
  const shells = Object.keys(WRITERS);
  const self: Command = {
    name: 'completion',
    summary: 'writes what completes commands and options in a shell',
    args: [{ name: 'shell', about: shells.join(', ') }],
    options: {},
    run(given, { out }) {
      const writer = WRITERS[given.word('shell')];
      if (!writer) throw new CliError(EXIT.usage, `The shell must be one of ${shells.join(', ')}.`);
      writer([...others, self]).forEach((line) => out(line));
      return Promise.resolve(EXIT.ok);
    },
  };
  return self;
}

const optionsOf = ({ options }: Command) =>
  Object.keys({ ...options, ...EVERYWHERE }).map((name) => `--${name}`);

function bash(...last: string[]): Writer {
  return (commands) => [
    '_carillon() {',
    '  local word=${COMP_WORDS[COMP_CWORD]}',
    '  case ${COMP_WORDS[1]} in',
    ...commands.map((command) => `    ${command.name}) set -- ${optionsOf(command).join(' ')};;`),
    '    *) set --;;',
    '  esac',
    `  if [ "$COMP_CWORD" -eq 1 ]; then set -- ${commands.map(({ name }) => name).join(' ')}; fi`,
    '  COMPREPLY=($(compgen -W "$*" -- "$word"))',
    '}',
    ...last,
  ];
}

function fish(commands: readonly Command[]): string[] {
  return commands.flatMap((command) => [
    `complete -c carillon -n __fish_use_subcommand -f -a ${command.name} -d "${command.summary}"`,
    ...optionsOf(command).map(
      (name) =>
        `complete -c carillon -n "__fish_seen_subcommand_from ${command.name}" -f -l ${name.slice(2)}`,
    ),
  ]);
}
