import { parseArgs } from 'node:util';
import type { Command, Option } from './command.js';
import { CliError, EXIT } from './exit-codes.js';
import { Given } from './given.js';

/** What every command takes. */
export const EVERYWHERE: Readonly<Record<string, Option>> = {
  url: {
    value: 'address',
    about:
      'where a node is; CARILLON_URL otherwise, and http://127.0.0.1:3000/scheduler by default',
  },
  key: {
    value: 'key',
    about: 'who asks; better in CARILLON_KEY, as others may see command lines',
  },
  json: { about: 'the answer of the server as it is, for scripts' },
  help: { short: 'h', about: 'what the command does and takes' },
  version: { about: 'the version of this program' },
};

export interface Parsed {
  /** Null: none was named. */
  readonly command: Command | null;
  readonly given: Given;
  readonly words: readonly string[];
}

/** @throws CliError that says what is wrong with the command line */
export function parse(argv: readonly string[], commands: readonly Command[]): Parsed {
  const name = commandIn(argv);
  const command = name === undefined ? null : (commands.find((one) => one.name === name) ?? null);
  if (name !== undefined && command === null) {
    const known = commands.map((one) => one.name).join(', ');
    throw new CliError(EXIT.usage, `There is no command ${name}. There are ${known}.`);
  }
  const { values, positionals } = strictly(argv, { ...EVERYWHERE, ...command?.options });
  const words = positionals.slice(1);
  const named = Object.fromEntries(
    (command?.args ?? []).flatMap((argument, index) => {
      const word = words[index];
      return word === undefined ? [] : [[argument.name, word]];
    }),
  );
  return { command, given: new Given(named, values), words };
}

/** @throws CliError where there are too few words after the command, or too many */
export function checkWords({ name, args }: Command, words: readonly string[]): void {
  const missing = args.slice(words.length).find((argument) => argument.optional !== true);
  const usage = `carillon ${name} --help says what it takes.`;
  if (missing) throw new CliError(EXIT.usage, `<${missing.name}> is missing. ${usage}`);
  const extra = words[args.length];
  if (extra !== undefined)
    throw new CliError(EXIT.usage, `${extra} is one word too many. ${usage}`);
}

/** The first word that is no option and no value of one. */
function commandIn(argv: readonly string[]): string | undefined {
  const options = descriptors(EVERYWHERE);
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true })
    .positionals[0];
}

function strictly(argv: readonly string[], options: Readonly<Record<string, Option>>) {
  try {
    return parseArgs({ args: [...argv], options: descriptors(options), allowPositionals: true });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new CliError(EXIT.usage, `${sentence}. --help says what there is.`);
  }
}

function descriptors(options: Readonly<Record<string, Option>>) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value, multiple, short }]) => {
      const type: 'boolean' | 'string' = value === undefined ? 'boolean' : 'string';
      return [
        name,
        { type, ...(multiple && { multiple }), ...(short !== undefined && { short }) },
      ] as const;
    }),
  );
}
