/** `carillon import` on a host that takes no more than Nest does by default, and over a network that fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/tasks/cli/exit-codes.js';
import type { Exported, MadeJob } from '../../src/tasks/cli/exported.js';
import { carillon } from '../../src/tasks/cli/main.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

const TRIGGER = { type: 'cron', expression: '0 3 * * *', timeZone: 'Europe/Berlin' } as const;
const KB = 1_024;

let http: HttpApp;
const folder = mkdtempSync(join(tmpdir(), 'carillon-import-'));
const path = join(folder, 'jobs.json');

beforeAll(async () => {
  const jobs = [{ id: 'of-code', task: 'reports.daily', trigger: TRIGGER }];
  http = await startHttpApp({ http: { keys: KEYS }, jobs, bodyLimit: '100kb' });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await http?.close();
});

async function typed(url: string, ...argv: string[]) {
  const said: string[] = [];
  const complaints: string[] = [];
  const exit = await carillon(argv, {
    env: { CARILLON_URL: url, CARILLON_KEY: 'admin-key' },
    out: (line) => said.push(line),
    err: (line) => complaints.push(line),
    signal: new AbortController().signal,
  });
  return { exit, said, complaints };
}

const aJob = (id: string, bytes = 0, job: object = {}): MadeJob => ({
  id,
  paused: null,
  job: {
    task: 'reports.daily',
    trigger: TRIGGER,
    ...(bytes > 0 && { payload: 'x'.repeat(bytes) }),
    ...job,
  },
});
const write = (jobs: readonly MadeJob[], more: Partial<Exported> = {}) =>
  writeFileSync(path, JSON.stringify({ carillon: 1, jobs, declared: [], ...more }));
const fileOf = (name: string) => JSON.parse(readFileSync(name, 'utf8')) as Exported;
const many = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, n) => aJob(`job-${String(n).padStart(3, '0')}`, bytes));

interface Entry {
  readonly action: string;
  readonly jobId: string;
  readonly reason: string | null;
}

async function got<T>(route: string): Promise<readonly T[]> {
  const answer = await http.call().get(`/scheduler/${route}`).auth('admin-key', { type: 'bearer' });
  return (answer.body as { items: readonly T[] }).items;
}
const ids = async () =>
  (await got<{ id: string }>('jobs?origin=api&limit=500')).map(({ id }) => id);

beforeEach(async () => {
  write([]);
  await typed(http.url, 'import', path, '--prune', '--yes');
});

describe('an import', () => {
  it('of jobs of 3 kB each is sent in parts that the host takes', async () => {
    write(many(60, 3 * KB));
    const { exit, said } = await typed(http.url, 'import', path, '--yes');
    expect(exit).toBe(EXIT.ok);
    expect(said.at(-1)).toBe('60 of 60 changes were made, 0 jobs are as in the file.');
    expect(await ids()).toHaveLength(60);
  });

  it('with a job that the host does not take does all the rest, and says so', async () => {
    write([aJob('old'), aJob('still')]);
    await typed(http.url, 'import', path, '--yes');
    const until = '2099-01-01T00:00:00.000Z';
    const paused = { reason: 'for now', until };
    write([
      aJob('a'),
      aJob('huge', 150 * KB),
      { ...aJob('b'), paused },
      { ...aJob('still'), paused },
    ]);
    const { exit, said, complaints } = await typed(http.url, 'import', path, '--prune', '--yes');
    expect(exit).toBe(EXIT.failed);
    expect(said.filter((line) => !line.startsWith(' '))).toEqual([
      '+ a',
      '+ b',
      '~ still',
      '- old',
      '4 of 5 changes were made, 0 jobs are as in the file.',
    ]);
    expect(complaints).toEqual([expect.stringMatching(/^huge was refused: .*too large/)]);
    expect(await ids()).toEqual(['a', 'b', 'still']);
    const jobs = await got<{ id: string; pausedUntil: string | null }>('jobs?state=paused');
    expect(jobs.map(({ id, pausedUntil }) => [id, pausedUntil && Date.parse(pausedUntil)])).toEqual(
      ['b', 'still'].map((id) => [id, Date.parse(until)]),
    );
  });

  it('leaves its reason with every change', async () => {
    write([aJob('old'), { ...aJob('resumed'), paused: { reason: null, until: null } }]);
    await typed(http.url, 'import', path, '--yes');
    await typed(http.url, 'export', path);
    const resumed = fileOf(path).jobs.find(({ id }) => id === 'resumed')!;
    const declared = [
      { id: 'of-code', paused: { reason: 'for now', until: null }, changed: { priority: 7 } },
    ];
    write([aJob('made'), { ...resumed, paused: null }], { declared });
    const reason = 'Umzug nach Köln';
    await typed(http.url, 'import', path, '--prune', '--yes', '--reason', reason);
    const of = (await got<Entry>('audit?limit=100')).filter((entry) => entry.reason === reason);
    expect(of.map(({ action, jobId }) => `${action} ${jobId}`).sort()).toEqual([
      'job.add made',
      'job.modify of-code',
      'job.pause of-code',
      'job.remove old',
      'job.resume resumed',
    ]);
    const [job] = await got<{ pauseReason: string }>('jobs?state=paused');
    expect(job!.pauseReason).toBe('for now');
  });

  it('with --prune removes nothing by a file that holds only a part', async () => {
    write([aJob('a', 0, { tags: ['reports'] }), aJob('b')]);
    await typed(http.url, 'import', path, '--yes');
    await typed(http.url, 'export', path, '--tag', 'reports');
    const { exit, complaints } = await typed(http.url, 'import', path, '--prune', '--yes');
    expect(exit).toBe(EXIT.usage);
    expect(complaints).toEqual([
      `${path} holds only a part of the jobs: it was exported with --tag reports. ` +
        '--prune would remove all others. Export without a filter, or import without --prune.',
    ]);
    expect(await ids()).toEqual(['a', 'b']);
    expect((await typed(http.url, 'import', path, '--yes')).exit).toBe(EXIT.ok);
    await typed(http.url, 'export', path);
    expect(fileOf(path).filter).toEqual({});
    expect((await typed(http.url, 'import', path, '--prune')).exit).toBe(EXIT.ok);
  });
});

describe('a network that fails in the middle', () => {
  let proxy: Server;
  /** So many bytes are let through to the server; then every connection is cut. */
  let left = Infinity;
  let url = '';

  beforeAll(async () => {
    const { port } = new URL(http.url);
    proxy = createServer((client) => {
      const server = connect(Number(port), '127.0.0.1');
      const cut = () => [client, server].forEach((socket) => socket.destroy());
      client.on('error', cut).on('close', cut);
      server.on('error', cut).on('close', cut);
      client.on('data', (data) => {
        left -= data.length;
        if (left < 0) cut();
        else server.write(data);
      });
      server.pipe(client);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => proxy.close(resolve)));

  it('leaves it known what was changed, and the import can be repeated', async () => {
    write(many(150, 3 * KB));
    left = 160 * KB;
    const { exit, said, complaints } = await typed(url, 'import', path, '--yes');
    left = Infinity;
    expect(exit).toBe(EXIT.unreachable);
    const made = said.filter((line) => line.startsWith('+')).map((line) => line.slice(2));
    expect(made.length).toBeGreaterThan(20);
    expect(await ids()).toEqual(made);
    expect(said.at(-1)).toBe(`${made.length} of 150 changes were made, 0 jobs are as in the file.`);
    expect(complaints).toHaveLength(150 - made.length);
    expect(complaints[0]).toMatch(/^job-\d+ got no answer: .* cannot be reached/);
    expect(complaints.at(-1)).toBe('job-149 was not asked for: nobody answered any more');

    const again = await typed(url, 'import', path, '--yes');
    expect(again).toMatchObject({ exit: EXIT.ok, complaints: [] });
    expect(await ids()).toHaveLength(150);
  });
});
