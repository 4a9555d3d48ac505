import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hours, minutes } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, lead } from './scenes.js';
import type { TestNode } from './test-store.js';

const makeStore = postgresStores();
let store: PostgresTestStore;
let node: TestNode;
let token: number;

beforeEach(async () => {
  store = await makeStore();
  node = await aNodeAtWork(store);
  token = await lead(node);
});
afterEach(() => store.close());

/** Runs of 7 jobs that ended in the six hours before this one, one each seven seconds. */
const fill = () =>
  store.query(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                started_at, finished_at)
     SELECT 'job-' || n % 7, 'task', at, at, 'fired',
            (ARRAY['succeeded', 'failed', 'skipped', 'timed-out'])[1 + n % 4], false, 1, at,
            CASE WHEN n % 4 <> 2 THEN at + (n % 100) * interval '1 ms' END,
            at + (n % 100) * interval '1 ms' + (n * n % 90000) * interval '1 ms'
     FROM generate_series(1, 3000) n,
          LATERAL (SELECT date_trunc('hour', now()) - interval '6 hours' + n * interval '7 seconds' AS at) a`,
  );

/** As the leader does: from the last hour back to the first. */
async function countAll(): Promise<void> {
  let { hour, more, before } = (await node.sums.count(token))!;
  while (more || before !== null) {
    if (!more) hour = before!;
    ({ more, before } = (await node.sums.count(token, hour))!);
  }
}

/** The sums, made anew from the ledger in words of their own. */
const recounted = () =>
  store.query(
    `SELECT job_id, extract(epoch FROM hour)::float8 AS hour, state, sum(1)::int AS runs,
            sum((size(run_at, started_at) IS NOT NULL)::int)::int AS lags,
            sum(size(run_at, started_at))::int AS lag_sizes,
            sum(size(started_at, finished_at))::int AS duration_sizes
     FROM (SELECT ids.job_id, to_timestamp(floor(extract(epoch FROM finished_at) / 3600) * 3600) AS hour,
                  state, run_at, started_at, finished_at
           FROM carillon.runs r, LATERAL (VALUES (''), (r.job_id)) ids (job_id)
           WHERE finished_at IS NOT NULL) r
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  );

const counted = () =>
  store.query(
    `SELECT job_id, extract(epoch FROM hour)::float8 AS hour, state, runs,
            (SELECT coalesce(sum(n::int), 0)::int FROM jsonb_each_text(lags) e (size, n)) AS lags,
            (SELECT sum(size::int * n::int)::int FROM jsonb_each_text(lags) e (size, n)) AS lag_sizes,
            (SELECT sum(size::int * n::int)::int FROM jsonb_each_text(durations) e (size, n)) AS duration_sizes
     FROM carillon.run_hours ORDER BY 1, 2, 3`,
  );

/** The size of a span, written down once more. */
const makeSize = () =>
  store.query(
    `CREATE OR REPLACE FUNCTION size(since timestamptz, upto timestamptz) RETURNS integer
     LANGUAGE sql AS $$
       SELECT CASE WHEN ms < 1 THEN 0 ELSE 1 + floor(4 * log(2, ms) + 0.000000001)::int END
       FROM (SELECT extract(epoch FROM upto - since)::numeric * 1000 AS ms) m
     $$`,
  );

describe('the sums of what has ended', () => {
  beforeEach(makeSize);

  it('are what the ledger says, hour by hour and job by job', async () => {
    await fill();
    await countAll();
    const sums = await counted();
    expect(sums).toEqual(await recounted());
    expect(sums.length).toBeGreaterThan(100);
  });

  it('go on where an hour has ended in the midst of counting', async () => {
    await fill();
    await countAll();
    const { hour } = (await node.sums.count(token))!;
    const end = async (job: string, minute: number) =>
      store.query(
        `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                    started_at, finished_at)
         SELECT $1, 'task', at, at, 'manual', 'failed', false, 1, at, at, at
         FROM (SELECT $2::timestamptz + $3 * interval '1 minute' AS at) a`,
        [job, hour, minute],
      );
    store.advance(hours(2));
    for (const [job, minute] of [
      ['one', 1],
      ['two', 59],
      ['three', 61],
    ] as const) {
      await end(job, minute);
      await node.sums.count(token);
    }
    expect(await counted()).toEqual(await recounted());
  });

  it('are counted once, in slices, whoever leads meanwhile', async () => {
    await fill();
    for (let slices = 0; slices < 3; slices++) await node.sums.count(token);
    store.advance(minutes(10));
    node = await aNodeAtWork(store, 'south');
    token = await lead(node);
    await countAll();
    await countAll();
    expect(await counted()).toEqual(await recounted());
  });

  it('hold an outcome that is committed long after its instant, once they are compared', async () => {
    await fill();
    const late = new pg.Client({ connectionString: store.url });
    await late.connect();
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                  started_at, finished_at)
       SELECT 'job-late', 'task', at, at, 'manual', 'failed', false, 1, at, at, at
       FROM (SELECT now() - interval '3 hours' AS at) a`,
    );
    await countAll();
    await late.query('COMMIT');
    await late.end();
    await countAll();
    expect(await counted()).not.toEqual(await recounted());
    const { hour } = (await node.sums.count(token))!;
    const differed: boolean[] = [];
    for (let back = 0; back < 9; back++) {
      differed.push(await node.sums.recount(token, new Date(hour.getTime() - back * hours(1))));
    }
    expect(differed.filter(Boolean)).toHaveLength(1);
    expect(await counted()).toEqual(await recounted());
  });

  it('lose what somebody has deleted of a recent hour, and keep what has gone for its age', async () => {
    await fill();
    await countAll();
    const { before } = (await node.sums.count(token))!;
    await store.query(`DELETE FROM carillon.runs WHERE job_id = 'job-3'`);
    expect(await node.sums.recount(token, before!)).toBe(true);
    const of = (job: string) =>
      store.query(`SELECT FROM carillon.run_hours WHERE job_id = $1 AND hour = $2`, [job, before]);
    expect(await of('job-3')).toEqual([]);
    expect(await of('job-4')).not.toEqual([]);
    store.advance(30 * 24 * hours(1));
    await store.query('DELETE FROM carillon.runs');
    expect(await node.sums.recount(token, before!)).toBe(false);
    expect(await of('job-4')).not.toEqual([]);
  });

  it('change nothing under a token that is not in force', async () => {
    await fill();
    await countAll();
    const { before } = (await node.sums.count(token))!;
    await store.query(`DELETE FROM carillon.runs WHERE job_id = 'job-3'`);
    const sums = await counted();
    await node.sums.recount(token - 1, before!);
    expect(await node.sums.count(token - 1)).toBeNull();
    expect(await counted()).toEqual(sums);
  });
});

describe('the judgement of jobs', () => {
  const makeJob = (id: string) =>
    store.query(
      `INSERT INTO carillon.jobs (id, name, task, trigger, coalesce, overlap, max_instances, origin, state,
                                  created_at, updated_at)
       VALUES ($1, $1, 'task', '{}', 'latest', 'skip', 1, 'api', 'active', now() - interval '40 days', now())`,
      [id],
    );
  const outcomes = () =>
    store.query(`SELECT job_id, failures FROM carillon.job_outcomes ORDER BY job_id`);

  const judgeAll = async () => {
    const news: boolean[] = [];
    for (let last: string | null = ''; last !== null;) {
      const judged = await node.sums.judge(token, last);
      last = judged.last;
      news.push(judged.news);
    }
    return news;
  };

  it('looks only at jobs that have runs, and forgets those that are gone', async () => {
    await fill();
    for (let n = 0; n < 300; n++) await makeJob(`job-${n}`);
    await store.query(`INSERT INTO carillon.job_outcomes VALUES ('gone', 3, now())`);
    expect(await judgeAll()).toEqual([true]);
    const found = await outcomes();
    expect(found.map((row) => row['job_id'])).toEqual(
      Array.from({ length: 7 }, (_, n) => `job-${n}`),
    );
  });

  it('goes through all that have runs, and says whether there was anything new', async () => {
    for (let n = 0; n < 300; n++) await makeJob(`job-${n}`);
    await store.query(
      `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                  started_at, finished_at)
       SELECT id, 'task', now(), now(), 'fired', 'failed', false, 1, now(), now(), now() FROM carillon.jobs`,
    );
    expect(await judgeAll()).toEqual([true, true]);
    expect(await outcomes()).toHaveLength(300);
    expect(await judgeAll()).toEqual([false, false]);
  });

  it('stops counting at ten, and remembers since when', async () => {
    await makeJob('job-x');
    const fail = (count: number, ago: string) =>
      store.query(
        `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                    started_at, finished_at)
         SELECT 'job-x', 'task', at, at, 'fired', 'failed', false, 1, at, at, at
         FROM generate_series(1, ${count}) n, LATERAL (SELECT now() - interval '${ago}' + n * interval '1 s' AS at) a`,
      );
    const judged = async () => {
      await node.sums.judge(token);
      const [row] = await store.query<{ failures: number; since: Date }>(
        `SELECT failures, failing_since AS since FROM carillon.job_outcomes`,
      );
      return row!;
    };
    await fail(8, '5 hours');
    const first = await judged();
    expect(first.failures).toBe(8);
    await fail(60, '1 hour');
    expect(await judged()).toEqual({ failures: 10, since: first.since });
  });
});
