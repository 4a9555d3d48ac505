/**
 * `carillon` on the command line: looks after jobs and runs through the HTTP API of one node.
 *
 * Nothing here reads the process that it runs in; all of that is in `bin.ts`. So every command can be tried in a
 * test's own process. Of the server it knows nothing but the types of what it answers, and it starts without
 * loading Nest or TypeORM.
 */
import { readFileSync } from 'node:fs';
import { Api } from './api.js';
import type { Command, Place, World } from './command.js';
import { COMMANDS } from './commands.js';
import { CliError, EXIT, type Exit } from './exit-codes.js';
import type { Given } from './given.js';
import { commandHelp, generalHelp } from './help.js';
import { checkWords, parse } from './parse.js';

const HERE = 'http://127.0.0.1:3000';

/** @returns the exit code; it never throws for what a user did or a server answered */
export async function carillon(argv: readonly string[], world: World): Promise<Exit> {
  try {
    const { command, given, words } = parse(argv, COMMANDS);
    if (given.flag('version')) return say(world, [version()]);
    if (command === null) return withoutCommand(given, world);
    if (given.flag('help')) return say(world, commandHelp(command));
    checkWords(command, words);
    return await run(command, given, world);
  } catch (error) {
    if (world.signal.aborted) return EXIT.ok;
    if (!(error instanceof CliError)) throw error;
    const asJson = argv.includes('--json') && error.problem !== null;
    world.err(asJson ? JSON.stringify(error.problem) : error.message);
    return error.exit;
  }
}

function run(command: Command, given: Given, world: World): Promise<Exit> {
  const url = given.text('url') ?? (world.env['CARILLON_URL'] || HERE);
  const key = given.text('key') ?? (world.env['CARILLON_KEY'] || undefined);
  const json = given.flag('json');
  const place: Place = {
    ...world,
    api: new Api(url, key, world.signal),
    json,
    answer: (body, lines) => {
      for (const line of json ? [JSON.stringify(body ?? null, null, 2)] : lines()) world.out(line);
    },
  };
  return command.run(given, place);
}

function withoutCommand(given: Given, world: World): Exit {
  if (given.flag('help')) return say(world, generalHelp(COMMANDS));
  for (const line of generalHelp(COMMANDS)) world.err(line);
  return EXIT.usage;
}

function say(world: World, lines: readonly string[]): Exit {
  lines.forEach((line) => world.out(line));
  return EXIT.ok;
}

/** Of the package that this file is in: it lies two folders up when it is shipped, three when it is built. */
function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not there.
    }
  }
  return 'unknown';
}
