/** Every command of `carillon`, on one application at work. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/tasks/cli/exit-codes.js';
import type { Exported, MadeJob } from '../../src/tasks/cli/exported.js';
import { carillon } from '../../src/tasks/cli/main.js';
import { until } from '../support/until.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS } });
  for (const [id, task] of [
    ['nightly', 'reports.daily'],
    ['broken', 'reports.failing'],
    ['endless', 'reports.forever'],
    ['still', 'reports.daily'],
  ]) {
    const trigger = { type: 'cron', expression: '0 3 * * *', timeZone: 'Europe/Berlin' };
    const add = http.call().post('/scheduler/jobs').auth('admin-key', { type: 'bearer' });
    await add.send({ id, task, trigger }).expect(201);
  }
});
afterAll(() => http?.close());

async function typed(...argv: string[]) {
  return typedWith({ CARILLON_URL: http.url, CARILLON_KEY: 'operator-key' }, ...argv);
}

async function typedWith(env: Record<string, string>, ...argv: string[]) {
  const said: string[] = [];
  const complaints: string[] = [];
  const exit = await carillon(argv, {
    env,
    out: (line) => said.push(line),
    err: (line) => complaints.push(line),
    signal: new AbortController().signal,
  });
  return { exit, said: said.join('\n'), complaints: complaints.join('\n') };
}

const json = async <T>(...argv: string[]) => JSON.parse((await typed(...argv, '--json')).said) as T;

interface RunJson {
  readonly id: string;
  readonly state: string;
}

describe('a file of jobs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-export-'));
  const file = join(folder, 'jobs.json');
  const admin = { CARILLON_KEY: 'admin-key' };
  const typedByAdmin = (...argv: string[]) =>
    typedWith({ CARILLON_URL: http.url, ...admin }, ...argv);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is written, and read again with nothing to change', async () => {
    await typed('pause', 'still', '--reason', 'for now');
    expect(await typed('export', file)).toMatchObject({ exit: 0, said: '' });
    const { jobs } = JSON.parse(readFileSync(file, 'utf8')) as Exported;
    expect(jobs.map(({ id }) => id)).toEqual(['broken', 'endless', 'nightly', 'still']);
    expect(jobs[3]!.paused).toEqual({ reason: 'for now', until: null });
    const { said } = await typed('import', file);
    expect(said).toBe('0 changes, 4 jobs are as in the file.');
  });

  it('says what it would change, and changes it only with --yes', async () => {
    const before = JSON.parse(readFileSync(file, 'utf8')) as Exported;
    const [broken, endless, nightly, still] = before.jobs as MadeJob[];
    const jobs = [
      { ...broken!, job: { ...broken!.job, priority: 7 } },
      nightly,
      { ...still!, job: { ...still!.job, tags: ['moved'] } },
      { ...nightly!, id: 'copy', paused: { reason: 'not yet', until: null } },
    ];
    const declared = [{ id: 'Gone.code', paused: null, changed: { priority: 1 } }];
    writeFileSync(file, JSON.stringify({ ...before, jobs, declared }));
    const dry = await typedByAdmin('import', file, '--prune');
    expect(dry.said.split('\n')).toEqual([
      '~ broken',
      '    priority: 0 → 7',
      '~ still',
      '    tags: [] → ["moved"]',
      '+ copy',
      `- ${endless!.id}`,
      '? Gone.code is of code that no node has',
      '4 changes, 1 jobs are as in the file.',
    ]);
    expect(dry.complaints).toBe('Nothing was changed. Give --yes to change it.');
    expect((await typed('why', 'copy')).exit).toBe(EXIT.missing);

    expect(await typed('import', file, '--yes')).toMatchObject({ exit: EXIT.denied });
    expect(await typedByAdmin('import', file, '--prune', '--yes')).toMatchObject({ exit: 0 });
    expect((await typed('why', 'copy')).said).toMatch(/state +paused\nwhy +.*not yet/);
    expect((await typed('why', 'still')).said).toMatch(/state +paused\nwhy +.*for now/);
    expect((await typed('why', 'endless')).exit).toBe(EXIT.missing);
    expect((await typed('import', file)).said).toMatch(/^\? Gone.code .*\n0 changes, 4 jobs/);
  });

  it('that makes a job that is refused says which and why', async () => {
    const odd = {
      id: 'odd',
      paused: null,
      job: { task: 'nobody.knows', trigger: { type: 'cron' } },
    };
    writeFileSync(file, JSON.stringify({ carillon: 1, jobs: [odd], declared: [] }));
    const { exit, complaints } = await typedByAdmin('import', file, '--yes');
    expect(exit).toBe(EXIT.failed);
    expect(complaints).toMatch(/^odd was refused: .+/);
  });

  it('that is none is refused before anything is asked', async () => {
    writeFileSync(file, '[]');
    expect(await typed('import', file)).toMatchObject({ exit: EXIT.usage });
    expect(await typed('import', join(folder, 'none.json'))).toMatchObject({ exit: EXIT.usage });
  });

  it('is put back as it was', async () => {
    const trigger = { type: 'cron', expression: '0 3 * * *', timeZone: 'Europe/Berlin' };
    const job = { task: 'reports.forever', trigger };
    const jobs = [{ id: 'endless', paused: null, job }];
    writeFileSync(file, JSON.stringify({ carillon: 1, jobs, declared: [] }));
    expect(await typedByAdmin('import', file, '--yes')).toMatchObject({ exit: 0 });
    await http
      .call()
      .delete('/scheduler/jobs/copy')
      .auth('admin-key', { type: 'bearer' })
      .expect(204);
    await typed('resume', 'still');
  });
});

describe('jobs', () => {
  it('are listed in a table, and narrowed', async () => {
    const { exit, said } = await typed('jobs');
    expect(exit).toBe(0);
    expect(said).toMatch(/^ID +STATE +LAST RUN +NEXT +TRIGGER\nbroken +active +/);
    expect(said).toMatch(/^nightly +active .+T0[12]:00:00Z +\S.*03:00/m);
    const found = await json<{ id: string }[]>('jobs', '--text', 'night');
    expect(found.map(({ id }) => id)).toEqual(['nightly']);
  });

  it('are followed by a hint where there are more', async () => {
    const { said, complaints } = await typed('jobs', '--limit', '1');
    expect(said.split('\n')).toHaveLength(2);
    expect(complaints).toBe('There are more: narrow them, or raise --limit.');
  });

  it('say why they do not run, while paused and after', async () => {
    const paused = await typed('pause', 'still', '--reason', 'the API is down');
    expect(paused).toEqual({
      exit: 0,
      said: 'still is paused until it is resumed.',
      complaints: '',
    });
    expect((await typed('why', 'still')).said).toMatch(
      /^job +still\nstate +paused\nwhy +.*API is down/,
    );
    expect(await json('why', 'still')).toMatchObject({ state: 'paused' });
    expect((await typed('resume', 'still')).said).toMatch(/^still goes on\. It fires next at 20/);
    const later = await typed('pause', 'still', '--until', '2099-01-01T00:00:00Z');
    expect(later.said).toBe('still is paused until 2099-01-01T00:00:00Z.');
    expect((await typed('resume', 'still')).exit).toBe(0);
  });

  it('are refused by name where there is none', async () => {
    const { exit, complaints } = await typed('why', 'nobody/knows');
    expect(exit).toBe(5);
    expect(complaints).toContain('nobody/knows');
  });
});

describe('runs', () => {
  it('are asked for and awaited, and tell what became of them', async () => {
    const done = await typed('run', 'nightly', '--payload', '{"team":8}', '--wait');
    expect(done.exit).toBe(0);
    expect(done.said).toMatch(/^state +succeeded$/m);
    expect(done.said).toContain('{"payload":{"team":8}}');
    const failed = await typed('run', 'broken', '--wait', '--reason', 'to see');
    expect(failed.exit).toBe(1);
    expect(failed.said).toMatch(/^error +login refused/m);
    const { said } = await typed('runs', '--job', 'broken', '--state', 'failed');
    expect(said).toMatch(
      /^ID +JOB +FIRE TIME +STATE +TOOK +WHY\n\d+ +broken .* failed .* login refused/,
    );
  });

  it('are the same run for the same key', async () => {
    const ask = () => json<RunJson>('run', 'nightly', '--idempotency-key', 'once');
    expect((await ask()).id).toBe((await ask()).id);
  });

  it('are told in full, and repeated once they have ended', async () => {
    const [failed] = await json<RunJson[]>('runs', '--job', 'broken', '--limit', '1');
    const { said } = await typed('runs', failed!.id);
    expect(said).toMatch(new RegExp(`^run +${failed!.id}\njob +broken\ntask +reports.failing`));
    const { exit, said: told } = await typed('retry', failed!.id);
    expect(exit).toBe(0);
    expect(told).toMatch(new RegExp(`^Run \\d+ of broken repeats run ${failed!.id}\\.$`));
    expect((await typed('cancel', failed!.id)).exit).toBe(6);
  });

  it('are followed until somebody cancels them', async () => {
    const { id } = await json<RunJson>('run', 'endless');
    await until('its start', async () => {
      const run = await json<RunJson>('runs', id);
      return run.state === 'running';
    });
    const overlapped = await typed('run', 'endless');
    expect(overlapped.exit).toBe(6);
    expect(overlapped.complaints).toContain(id);
    const following = typed('tail', id);
    expect((await typed('cancel', id, '--reason', 'stuck')).said).toContain(`Run ${id} of endless`);
    expect(await following).toMatchObject({ exit: 1, said: '' });
    expect((await following).complaints).toMatch(/^endless cancelled/);
  });

  it('are made up for, after a look at what that would be', async () => {
    const range = ['--from', '2026-03-02T00:00:00Z', '--to', '2026-03-03T23:00:00Z'];
    const { exit, said } = await typed('backfill', 'nightly', ...range, '--dry-run');
    expect(exit).toBe(0);
    expect(said.split('\n')).toEqual([
      '2026-03-02T02:00:00Z',
      '2026-03-03T02:00:00Z',
      '2 fire times would run, 0 are left out.',
    ]);
    const wrong = await typed('backfill', 'nightly', '--from', 'yesterday', '--to', 'today');
    expect(wrong.exit).toBe(1);
    expect(wrong.complaints).toMatch(/\bfrom\b/);
  });
});

describe('the cluster', () => {
  it('is paused and resumed as a whole, and named as a problem while it is', async () => {
    expect((await typed('pause', '--all', '--reason', 'migration')).exit).toBe(0);
    expect((await typed('problems')).said).toMatch(/: cluster-paused[^\n]*\n {2}.*\n {2}To do: /);
    expect((await typed('resume', '--all')).said).toBe('The cluster goes on.');
    const kinds = await json<{ kind: string }[]>('problems');
    expect(kinds.map(({ kind }) => kind)).not.toContain('cluster-paused');
  });
});

describe('the doctor', () => {
  it('tells how this Node, the node and the cluster are', async () => {
    const { exit, said } = await typed('doctor', '--database-url', http.database.url);
    expect(said).toMatch(/^ok +Node: \d/m);
    expect(said).toMatch(/^ok +node: it is at work$/m);
    expect(said).toMatch(/^warning +failing: /m);
    expect(said).toMatch(/^ok +schema carillon: version \d+/m);
    expect(exit).toBe(said.includes('\nerror') ? 1 : 0);
  });
});

describe('a cron expression', () => {
  it('is told in words, with its fire times where the clocks are set forward', async () => {
    const range = ['--from', '2027-03-27T12:00:00Z', '--limit', '2'];
    const { exit, said } = await typed(
      'preview',
      '30 2 * * *',
      '--time-zone',
      'Europe/Berlin',
      ...range,
    );
    expect(exit).toBe(0);
    expect(said).toContain('02:30');
    expect(said).toMatch(/^LOCAL +OFFSET +UTC +NOTE\n2027-03-28[T ]03:00/m);
  });

  it('is refused with what is wrong in it', async () => {
    const { exit, complaints } = await typed('preview', '61 * * * *');
    expect(exit).toBe(1);
    expect(complaints).toContain('61');
  });
});

describe('who asks', () => {
  it.each([
    ['nobody', [], 'Give a key with CARILLON_KEY or --key.'],
    ['somebody who may only look', ['--key', 'viewer-key'], 'operator'],
  ])('is refused if it is %s', async (_, key, complaint) => {
    const answer = await typedWith({ CARILLON_URL: http.url }, 'pause', 'nightly', ...key);
    expect(answer.exit).toBe(4);
    expect(answer.complaints).toContain(complaint);
  });

  it('gets the problem as the server told it, with --json', async () => {
    const { exit, complaints } = await typed('why', 'nobody', '--json');
    expect(exit).toBe(5);
    expect(JSON.parse(complaints)).toMatchObject({ status: 404, code: 'job-not-found' });
  });
});

describe('an address', () => {
  it('at which nobody listens is named, with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const { exit, complaints } = await typedWith({}, 'jobs', '--url', url);
    expect(exit).toBe(3);
    expect(complaints).toContain(`${url} cannot be reached: ECONNREFUSED`);
    expect(complaints).toContain('--url or CARILLON_URL');
  });

  it('of something else is named as such', async () => {
    const server = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/other`;
    const { exit, complaints } = await typedWith({}, 'jobs', '--url', url);
    await new Promise((resolve) => server.close(resolve));
    expect(exit).toBe(3);
    expect(complaints).toContain(`${url}/ answered 200 with something that is no JSON`);
  });
});
