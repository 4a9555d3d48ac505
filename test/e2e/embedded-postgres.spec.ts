import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  joinEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/embedded-postgres/embedded-postgres.js';

const FIXTURE = join(import.meta.dirname, 'fixtures/embedded-postgres-user.mjs');

let dataDir: string;
let said: string[];
let users: User[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
  said = [];
  users = [];
});

afterEach(async () => {
  for (const user of users) user.kill();
  // The last one out stops the server, and here that is us.
  if (serverPid() !== null) await (await joinHere()).release();
  await rm(dataDir, { recursive: true, force: true });
});

describe('several processes', () => {
  it('that start at the same instant share one server, which the last one stops', async () => {
    const [a, b] = [user(), user()];
    const urls = await Promise.all([a.joined(), b.joined()]);
    expect(urls[0]).toBe(urls[1]);
    expect([...a.said, ...b.said].filter((s) => s.startsWith('Making'))).toHaveLength(1);
    expect([...a.said, ...b.said].filter((s) => s.startsWith('Started'))).toHaveLength(1);

    await a.release();
    expect(await ask(urls[0], 'select 1 as answer')).toEqual([{ answer: 1 }]);
    await b.release();
    expect(b.said.at(-1)).toMatch(/^Stopped/);
    expect(serverPid()).toBeNull();
  });

  it('that release at the same instant leave no server behind', async () => {
    const [a, b, c] = [user(), user(), user()];
    await Promise.all([a.joined(), b.joined(), c.joined()]);
    await Promise.all([a.release(), b.release(), c.release()]);
    expect(serverPid()).toBeNull();
  });

  it('need not count one that was killed', async () => {
    const [killed, last] = [user(), user()];
    await Promise.all([killed.joined(), last.joined()]);
    killed.kill();
    await last.release();
    expect(serverPid()).toBeNull();
  });
});

it('is stopped by a process that has nothing else left to do', async () => {
  const brief = user('briefly');
  await brief.joined();
  expect(await brief.ended).toEqual([0, null]);
  expect(brief.said.at(-1)).toMatch(/^Stopped/);
  expect(serverPid()).toBeNull();
});

describe('when its starter is killed with its whole process group', () => {
  it('the server goes on, keeps the data and is joined by the next start', async () => {
    const starter = user();
    const url = await starter.joined();
    const pid = serverPid();
    await ask(url, 'create table kept as select 7 as n');
    starter.kill();
    await starter.ended;

    const next = await joinHere();
    expect(serverPid()).toBe(pid);
    expect(said.at(-1)).toMatch(/^Joined/);
    expect(await ask(next.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await next.release();
    expect(serverPid()).toBeNull();
  });

  it('while it made the database, the next start makes it anew', async () => {
    await mkdir(join(dataDir, 'postgres.new-1'));
    await mkdir(join(dataDir, 'lock'));
    const postgres = await joinHere();
    expect(said).toContainEqual(expect.stringMatching(/^Waiting for another process/));
    expect(said).toContainEqual(expect.stringMatching(/^Removing postgres\.new-1/));
    expect(await readdir(dataDir)).not.toContain('postgres.new-1');
    await postgres.release();
  });
});

describe('when the server itself was killed', () => {
  it('its users live on, and the next start recovers what was committed', async () => {
    const survivor = await joinHere();
    await ask(survivor.url, 'create table kept as select 7 as n');
    await killServer();

    const next = await joinHere();
    expect(next.url).toBe(survivor.url);
    expect(await ask(next.url, 'select n from kept')).toEqual([{ n: 7 }]);

    // The survivor's presence comes back by itself, so the server counts it again.
    await vi.waitFor(async () => expect(await presences(next.url)).toBe(2), { timeout: 10_000 });
    await next.release();
    expect(serverPid()).not.toBeNull();
    await survivor.release();
    expect(serverPid()).toBeNull();
  });

  it('another process that has its pid by now is not taken for it', async () => {
    await (await joinHere()).release();
    const file = `${process.pid}\n${dataDir}/postgres\n1\n5433\n\n127.0.0.1\n 1 1\nready   \n`;
    await writeFile(join(dataDir, 'postgres/postmaster.pid'), file);
    const postgres = await joinHere();
    expect(said).toContainEqual(expect.stringContaining(`Process ${process.pid}`));
    expect(serverPid()).not.toBe(process.pid);
    await postgres.release();
  });
});

it('moves to another port, and remembers it, when somebody has taken its own', async () => {
  await (await joinHere()).release();
  const taken = Number(readFileSync(join(dataDir, 'port'), 'utf8'));
  const other = createServer().listen(taken, '127.0.0.1');
  await once(other, 'listening');
  const moved = await joinHere();
  expect(moved.url).not.toContain(`:${taken}/`);
  expect(said).toContainEqual(expect.stringContaining(`Port ${taken} is taken`));
  await moved.release();
  other.close();
  await once(other, 'close');

  const again = await joinHere();
  expect(again.url).toBe(moved.url);
  await again.release();
});

it('refuses data of another major version, and leaves it as it is', async () => {
  await (await joinHere()).release();
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '17\n');
  const before = await readdir(join(dataDir, 'postgres'));
  await expect(joinHere()).rejects.toThrow(/PostgreSQL 17, but PostgreSQL 18/);
  expect(await readdir(join(dataDir, 'postgres'))).toEqual(before);
});

it('says why when the server does not come up', async () => {
  const impossible = joinHere({ shared_buffers: 'rubbish' });
  await expect(impossible).rejects.toThrow(/shared_buffers.*DATABASE_URL/s);
});

it('lets in nobody without the password, and listens on this machine only', async () => {
  const postgres = await joinHere();
  const stranger = new URL(postgres.url);
  stranger.password = 'guess';
  await expect(ask(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  expect(await ask(postgres.url, 'show listen_addresses')).toEqual([
    { listen_addresses: '127.0.0.1' },
  ]);
  await postgres.release();
});

interface User {
  readonly said: readonly string[];
  readonly ended: Promise<unknown>;
  joined(): Promise<string>;
  release(): Promise<void>;
  /** Kills it together with its process group. */
  kill(): void;
}

/** A process of its own, in a process group of its own, that joins our folder. */
function user(stay = ''): User {
  const child: ChildProcess = fork(FIXTURE, [dataDir, stay], { detached: true, silent: true });
  const heard: string[] = [];
  const ended = once(child, 'exit');
  const url = new Promise<string>((resolve, reject) => {
    child.on('message', (message: { sentence?: string; url?: string }) => {
      if (message.sentence) heard.push(message.sentence);
      if (message.url) resolve(message.url);
    });
    child.once('exit', () => reject(new Error(`It ended; it had said: ${heard.join(' ')}`)));
  });
  url.catch(() => undefined);
  const made: User = {
    said: heard,
    ended,
    joined: () => url,
    release: async () => {
      child.send('release');
      await ended;
    },
    kill: () => {
      if (child.pid && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGKILL');
      }
    },
  };
  users.push(made);
  return made;
}

function joinHere(settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  return joinEmbeddedPostgres({
    dataDir,
    log: (sentence) => said.push(sentence),
    settings: { fsync: 'off', ...settings },
  });
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function presences(url: string): Promise<number> {
  const rows = await ask(
    url,
    `select from pg_stat_activity where application_name like 'carillon presence%'`,
  );
  return rows.length;
}

/** The pid that the server wrote down; null when it has stopped properly. */
function serverPid(): number | null {
  const file = join(dataDir, 'postgres/postmaster.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8')) : null;
}

async function killServer(): Promise<void> {
  const pid = serverPid();
  if (pid === null) throw new Error('No server is running.');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 5_000 });
}
