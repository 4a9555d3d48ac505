import type { Argument, Command, Option } from './command.js';
import { EVERYWHERE } from './parse.js';
import { facts } from './words.js';

export function generalHelp(commands: readonly Command[]): string[] {
  return [
    'carillon <command> [options]: looks after the scheduled jobs of a cluster, over HTTP.',
    '',
    ...facts(Object.fromEntries(commands.map(({ name, summary }) => [`  ${name}`, summary]))),
    '',
    'Every command takes:',
    ...optionLines(EVERYWHERE),
  ];
}

export function commandHelp({ name, summary, args, options }: Command): string[] {
  const words = args.map(argumentWord).join(' ');
  const about = Object.fromEntries(
    args.map((argument) => [`  ${argumentWord(argument)}`, argument.about]),
  );
  return [
    `carillon ${name}${words && ` ${words}`} [options]: ${summary}`,
    '',
    ...(args.length > 0 ? facts(about) : []),
    ...optionLines({ ...options, ...EVERYWHERE }),
  ];
}

const argumentWord = ({ name, optional }: Argument) => (optional ? `[${name}]` : `<${name}>`);

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  return facts(
    Object.fromEntries(
      Object.entries(options).map(([name, { value, about, short, multiple }]) => {
        const left = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`;
        return [left, multiple ? `${about}; may be given more than once` : about];
      }),
    ),
  );
}
