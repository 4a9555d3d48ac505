import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/tasks/domain/job.js';
import { NodeProcess } from '../support/node-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { readRecord } from '../support/recording-node.js';
import { until } from '../support/until.js';
import { userOfJobs, type UserOfJobs } from '../support/user-of-jobs.js';

const DEAD_AFTER_MS = 3_000;

/** What the ledger says of one fire time, or of a range of them. */
interface Row {
  readonly fireAt: number;
  readonly from: number;
  readonly state: string;
}

let database: TestDatabase;
let operator: UserOfJobs;
let record: string;
let nodes: NodeProcess[];

beforeEach(async () => {
  database = await createTestDatabase();
  operator = await userOfJobs(database.url, DEAD_AFTER_MS);
  record = join(mkdtempSync(join(tmpdir(), 'carillon-deploys-')), 'record.jsonl');
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await operator.close();
  await database.drop();
  await rm(dirname(record), { recursive: true, force: true });
});

async function start(name: string, build: 'old' | 'new'): Promise<NodeProcess> {
  const options = {
    nodeName: name,
    databaseUrl: database.url,
    leaseMs: 1_500,
    heartbeatMs: 500,
    deadAfterMs: DEAD_AFTER_MS,
    orphanAfterMs: 1_000,
  };
  const env = { BUILD: build, RECORD: record, OPTIONS: JSON.stringify(options) };
  const node = new NodeProcess(name, { script: 'test-app/two-builds.js', env });
  nodes.push(node);
  await node.saying('Node started');
  return node;
}

const job = (id: string, what: string, is: (job: Job) => boolean) =>
  until(`${id}: ${what}`, async () => {
    const found = await operator.jobs.get(id);
    return found && is(found) ? found : null;
  });
const stateOf = (id: string, state: Job['state']) => job(id, state, (it) => it.state === state);
const cronOf = (id: string, expression: string) =>
  job(
    id,
    expression,
    ({ trigger }) => 'expression' in trigger && trigger.expression === expression,
  );

/** `count` more runs of the job have begun. */
const more = (id: string, count = 2) => {
  const starts = () => readRecord(record).filter(({ jobId }) => jobId === id).length;
  const before = starts();
  return until(`${count} more runs of ${id}`, () => starts() >= before + count);
};

async function ledgerOf(id: string): Promise<Row[]> {
  const rows = await database.query<{ fire_at: Date; covers_from: Date | null; state: string }>(
    `SELECT fire_at, covers_from, state FROM carillon.runs
     WHERE job_id = $1 AND cause = 'fired' ORDER BY fire_at`,
    [id],
  );
  return rows.map(({ fire_at, covers_from, state }) => ({
    fireAt: fire_at.getTime(),
    from: (covers_from ?? fire_at).getTime(),
    state,
  }));
}

/** How often the ledger accounts for each instant of a grid, from the job's first row to its last. */
async function accounts(id: string, stepMs: number): Promise<Set<number>> {
  const rows = await ledgerOf(id);
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const counts = new Set<number>();
  const begin = Math.ceil(first.from / stepMs) * stepMs;
  for (let at = begin; at <= last.fireAt; at += stepMs) {
    counts.add(rows.filter(({ from, fireAt }) => from <= at && at <= fireAt).length);
  }
  return counts;
}

/**
 * No handler was called twice for one fire time, and those were called that the ledger says ran. What is
 * left pending waits for code that is gone.
 */
async function expectNoDoubles(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const starts = readRecord(record).filter(({ jobId }) => jobId === id);
    const times = starts.map(({ fireAt }) => Date.parse(fireAt)).sort((a, b) => a - b);
    expect(new Set(times).size, id).toBe(times.length);
    const ran = (await ledgerOf(id)).filter(({ state }) => state === 'succeeded');
    expect(
      ran.map(({ fireAt }) => fireAt),
      id,
    ).toEqual(times);
  }
}

describe('a rolling deploy, and the way back', () => {
  it('runs every fire time once, loses none, and keeps the operator’s pause', async () => {
    const old1 = await start('old-1', 'old');
    const old2 = await start('old-2', 'old');
    await more('changed');
    await operator.jobs.pause('changed-and-paused', { reason: 'for the night' });

    // Both builds at once: the new declarations hold, and the old nodes go on.
    const new1 = await start('new-1', 'new');
    await cronOf('changed', '*/2 * * * * *');
    await more('added');
    await more('dropped');
    await old1.end('SIGTERM');
    const new2 = await start('new-2', 'new');
    await old2.end('SIGTERM');

    await stateOf('dropped', 'orphaned');
    await stateOf('old-name', 'orphaned');
    await more('new-name');
    const paused = await cronOf('changed-and-paused', '*/2 * * * * *');
    expect(paused).toMatchObject({ state: 'paused', pauseReason: 'for the night' });

    // The rollback: with the last new node its declarations go.
    const old3 = await start('old-3', 'old');
    expect(await cronOf('changed', '*/2 * * * * *')).toMatchObject({ state: 'active' });
    await new1.end('SIGTERM');
    await new2.end('SIGTERM');
    await cronOf('changed', '* * * * * *');
    await stateOf('dropped', 'active');
    await stateOf('old-name', 'active');
    await stateOf('added', 'orphaned');
    const kept = await cronOf('changed-and-paused', '* * * * * *');
    expect(kept).toMatchObject({ state: 'paused', pauseReason: 'for the night' });
    await operator.jobs.resume('changed-and-paused');
    await more('changed-and-paused');
    await more('dropped');
    await old3.end('SIGTERM');

    for (const id of ['unchanged', 'dropped', 'old-name', 'added', 'new-name']) {
      expect(await accounts(id, 1_000), id).toEqual(new Set([1]));
    }
    // Even seconds are fire times of both builds, odd ones of one of them.
    for (const id of ['changed', 'changed-and-paused']) {
      expect(await accounts(id, 2_000), id).toEqual(new Set([1]));
    }
    const unchanged = await ledgerOf('unchanged');
    expect(unchanged.filter(({ state }) => state === 'skipped')).toEqual([]);
    await expectNoDoubles([
      'unchanged',
      'changed',
      'changed-and-paused',
      'dropped',
      'added',
      'old-name',
      'new-name',
    ]);
  });
});
