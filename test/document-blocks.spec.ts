/** What stands in the documents to be sent or typed is known to what it is meant for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { environmentSchema } from '../src/environment.js';
import { COMMANDS } from '../src/tasks/cli/commands.js';
import { checkWords, parse } from '../src/tasks/cli/parse.js';
import { configuredJobIssues } from '../src/tasks/index.js';
import { newJobSchema } from '../src/tasks/domain/job.js';
import { blocksIn, DOCUMENTS, ROOT } from './documents/blocks.js';
import { commandsIn, requestsIn, variablesIn } from './documents/shell.js';

const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as never;

const { scripts } = json('package.json') as { scripts: Record<string, string> };
const { paths } = json('test/http/openapi.json') as {
  paths: Record<string, Record<string, unknown>>;
};

/** What the application reads, and what the command line does. */
const VARIABLES = new Set([
  ...Object.keys(environmentSchema.shape),
  'CARILLON_URL',
  'CARILLON_KEY',
  'CARILLON_DATABASE_URL',
]);

/** Whether it has what only jobs have. */
const isJob = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && 'task' in body && 'trigger' in body;

/** The operation that a request reaches; undefined if there is none. */
function operationOf({ method, path }: { method: string; path: string }): unknown {
  const template = Object.keys(paths).find((one) =>
    new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return template === undefined ? undefined : paths[template]![method.toLowerCase()];
}

/** Tells what is wrong with a command line of ours. */
function typed(line: readonly string[]): void {
  const { command, words } = parse(line, COMMANDS);
  if (command === null) throw new Error(`There is no command in ${line.join(' ')}`);
  checkWords(command, words);
}

describe('JSON', () => {
  it.each(blocksIn('json'))('%s can be read', (_at, { code }) => {
    const body: unknown = JSON.parse(code);
    if (isJob(body)) expect(newJobSchema.safeParse(body).error).toBeUndefined();
  });
});

describe('YAML', () => {
  it.each(blocksIn('yaml'))('%s can be read', (_at, { code }) => {
    const read: unknown = parseYaml(code);
    if (Array.isArray(read) && isJob(read[0])) expect(configuredJobIssues(read)).toEqual([]);
  });
});

describe('what is typed into a shell', () => {
  it.each(blocksIn('sh'))('%s names what exists', (_at, { code }) => {
    for (const { program, args } of commandsIn(code)) {
      if (program === 'npm run') expect(Object.keys(scripts)).toContain(args[0]);
      if (program === 'npx carillon') typed(args);
    }
    for (const name of variablesIn(code)) expect([...VARIABLES]).toContain(name);
    for (const request of requestsIn(code)) {
      expect(operationOf(request), `${request.method} ${request.path}`).toBeDefined();
      if (request.body === undefined) continue;
      const body: unknown = JSON.parse(request.body);
      if (isJob(body)) expect(newJobSchema.safeParse(body).error).toBeUndefined();
    }
  });

  it('is found where it stands', () => {
    const all = blocksIn('sh').map(([, { code }]) => code);
    expect(all.flatMap(commandsIn).length).toBeGreaterThan(10);
    expect(all.flatMap(requestsIn).length).toBeGreaterThan(1);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  it('names in its sentences only scripts and commands that exist', () => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const names = [...text.matchAll(/`(npm run|npx carillon) ([\w-]+)/g)];
    const known = { 'npm run': Object.keys(scripts), 'npx carillon': COMMANDS.map((c) => c.name) };
    const lost = names.filter(
      ([, program, name]) => !known[program as keyof typeof known].includes(name!),
    );
    expect(lost.map(([whole]) => whole)).toEqual([]);
  });
});
