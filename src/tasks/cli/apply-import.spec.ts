import { describe, expect, it } from 'vitest';
import { UnansweredError } from './api.js';
import { applyImport, complaintOf, exitAfter } from './apply-import.js';
import { CliError, EXIT } from './exit-codes.js';
import type { Change } from './import-plan.js';

const NO_CHANGE = { differs: [], job: null, patch: null, pause: null };
const made = (id: string, payload: unknown = null): Change => ({
  ...NO_CHANGE,
  do: 'create',
  id,
  job: { id, paused: false, payload },
});
const patched = (id: string): Change => ({
  ...NO_CHANGE,
  do: 'change',
  id,
  patch: { priority: 7 },
});
const removed = (id: string): Change => ({ ...NO_CHANGE, do: 'remove', id });
const resumed = { to: null };
/** Too large to be sent beside another. */
const large = (id: string) => made(id, 'x'.repeat(60_000));

interface Sent {
  readonly path: string;
  readonly body: { readonly action?: string; readonly jobs?: readonly { id: string }[] };
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that does what it is told, unless that is refused. */
function aServer(answer: (sent: Sent) => unknown = () => undefined) {
  const log: Sent[] = [];
  const ask = <T>(path: string, body: unknown = {}, headers: Sent['headers'] = {}) => {
    const sent = { path, body, headers } as Sent;
    log.push(sent);
    return Promise.resolve().then(() => (answer(sent) ?? { items: [] }) as T);
  };
  return { log, api: { post: ask, patch: ask } };
}

const stopped = new AbortController();
const apply = (
  { api }: ReturnType<typeof aServer>,
  changes: readonly Change[],
  reason?: string,
  signal = new AbortController().signal,
) => applyImport(api, changes, reason, signal);

const refuse = (error: Error) => {
  throw error;
};
const TOO_LARGE = new CliError(EXIT.failed, 'request entity too large');
const has = ({ body }: Sent, id: string) => body.jobs?.some((job) => job.id === id) === true;

describe('an import', () => {
  it('says why with every change', async () => {
    const server = aServer();
    const paused = { ...made('b'), pause: { to: { reason: null, until: null } } };
    const code = { ...patched('c'), pause: resumed };
    const { applied, refused } = await apply(server, [paused, removed('a'), code], 'für alle');
    expect({ applied, refused }).toEqual({ applied: ['b', 'a', 'c'], refused: [] });
    expect(server.log.map(({ path, headers }) => [path, headers['X-Reason']])).toEqual(
      ['jobs/bulk', 'jobs/b/pause', 'jobs/bulk', 'jobs/c', 'jobs/c/resume'].map((path) => [
        path,
        'f%C3%BCr%20alle',
      ]),
    );
  });

  it('goes on where a request is refused as a whole, and says so of each of its jobs', async () => {
    const server = aServer((sent) => has(sent, 'big') && refuse(TOO_LARGE));
    const changes = [large('a'), large('big'), made('with'), removed('gone'), patched('code')];
    const { applied, refused } = await apply(server, changes);
    expect(applied).toEqual(['a', 'gone', 'code']);
    expect(refused.map(complaintOf)).toEqual([
      'big was refused: request entity too large',
      'with was refused: request entity too large',
    ]);
    expect(exitAfter(refused)).toBe(EXIT.failed);
  });

  it('tells of a job that one was refused, and does nothing else with it', async () => {
    const items = [{ id: 'odd', status: 422, detail: 'no such task' }];
    const server = aServer(({ body }) => (body.action === 'create' ? { items } : undefined));
    const { applied, refused } = await apply(server, [
      { ...made('odd'), pause: resumed },
      made('a'),
    ]);
    expect(applied).toEqual(['a']);
    expect(refused.map(complaintOf)).toEqual(['odd was refused: no such task']);
    expect(server.log).toHaveLength(1);
  });

  it('tells what was done only in part', async () => {
    const server = aServer(({ path }) => path.endsWith('/resume') && refuse(TOO_LARGE));
    const { applied, refused } = await apply(server, [{ ...patched('a'), pause: resumed }]);
    expect(applied).toEqual([]);
    expect(refused.map(complaintOf)).toEqual([
      'a was refused after a part of it was done: request entity too large',
    ]);
  });

  it('goes on after a request that got no answer', async () => {
    const lost = new UnansweredError('it cannot be reached: ECONNRESET.');
    const server = aServer((sent) => has(sent, 'b') && refuse(lost));
    const { applied, refused } = await apply(server, [large('a'), large('b'), large('c')]);
    expect(applied).toEqual(['a', 'c']);
    expect(refused.map(complaintOf)).toEqual([
      'b got no answer: it cannot be reached: ECONNRESET.',
    ]);
    expect(exitAfter(refused)).toBe(EXIT.unreachable);
  });

  it('asks no longer where three requests after each other got no answer', async () => {
    const lost = new UnansweredError('it cannot be reached: ECONNREFUSED.');
    const server = aServer((sent) => !has(sent, 'a') && refuse(lost));
    const changes = [large('a'), ...['b', 'c', 'd', 'e'].map(large), removed('f'), patched('g')];
    const { applied, refused } = await apply(server, changes);
    expect(server.log).toHaveLength(4);
    expect(applied).toEqual(['a']);
    expect(refused.map(({ id, why }) => [id, why])).toEqual([
      ['b', 'unanswered'],
      ['c', 'unanswered'],
      ['d', 'unanswered'],
      ['e', 'unasked'],
      ['f', 'unasked'],
      ['g', 'unasked'],
    ]);
    expect(complaintOf(refused[3]!)).toBe('e was not asked for: nobody answered any more');
    expect(exitAfter(refused)).toBe(EXIT.unreachable);
  });

  it('tells what was done until somebody ended it', async () => {
    const server = aServer((sent) => {
      if (!has(sent, 'b')) return undefined;
      stopped.abort();
      return refuse(new DOMException('This operation was aborted', 'AbortError'));
    });
    const changes = [large('a'), large('b'), removed('c')];
    const { applied, refused } = await apply(server, changes, undefined, stopped.signal);
    expect(applied).toEqual(['a']);
    expect(refused.map(complaintOf)).toEqual([
      'b got no answer: the import was ended',
      'c was not asked for: the import was ended',
    ]);
    expect(exitAfter(refused)).toBe(EXIT.failed);
  });

  it('ends as denied only where that is why of all', () => {
    const of = (...exits: (typeof EXIT)['denied' | 'failed'][]) =>
      exitAfter(
        exits.map((exit) => ({ id: 'a', why: 'refused', inPart: false, detail: '', exit })),
      );
    expect(of()).toBe(EXIT.ok);
    expect(of(EXIT.denied, EXIT.denied)).toBe(EXIT.denied);
    expect(of(EXIT.denied, EXIT.failed)).toBe(EXIT.failed);
  });
});
