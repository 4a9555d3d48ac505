import type { Random } from '../simulation/random.js';
import type { Fault, Touches } from './fault.js';
import { strangerHolds } from './stranger.js';

/** Longer than every limit that a statement or a lock of ours has. */
const LONG_MS = { least: 5_500, most: 9_000 };

/** Whose transaction nobody can end, and what it holds. */
const ROWS: readonly { what: string; touches: Touches; sql: string }[] = [
  {
    what: "a job's row",
    touches: 'one job',
    sql: `SELECT id FROM carillon.jobs WHERE id = 'every-500ms' FOR UPDATE`,
  },
  {
    what: "a job's plan",
    touches: 'one job',
    sql: `SELECT job_id FROM carillon.job_plans WHERE job_id = 'in-pairs' FOR UPDATE`,
  },
  {
    what: 'a running run',
    touches: 'one job',
    sql: `SELECT id FROM carillon.runs WHERE state = 'running' AND job_id NOT LIKE 'canary%'
          ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
  },
  {
    what: 'a pending run',
    touches: 'one job',
    sql: `SELECT id FROM carillon.runs WHERE state = 'pending' AND job_id NOT LIKE 'canary%'
          ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  },
  {
    what: 'a run that waits for its retry',
    touches: 'one job',
    sql: `SELECT id FROM carillon.runs WHERE job_id = 'failing-again' AND state = 'pending'
          ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
  },
  {
    what: 'the runs of a job',
    touches: 'one job',
    sql: `SELECT count(*) FROM (
            SELECT id FROM carillon.runs WHERE job_id = 'overlapping' FOR UPDATE SKIP LOCKED) held`,
  },
  {
    what: "a node's row",
    touches: 'leader',
    sql: `SELECT name FROM carillon.nodes WHERE stopped_at IS NULL
          ORDER BY heartbeat_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
  },
  { what: 'the rows of all nodes', touches: 'server', sql: all('nodes') },
  { what: "the leader's lock", touches: 'server', sql: all('leader_lock') },
  { what: 'the plans of all jobs', touches: 'server', sql: all('job_plans') },
  { what: 'the terms of leaders', touches: 'leader', sql: all('leader_history') },
];

function all(table: string): string {
  return `SELECT count(*) FROM (SELECT 1 FROM carillon.${table} FOR UPDATE) held`;
}

/** Tables that nobody reads in order to fire or to run. */
const ASIDE = [
  'audit',
  'idempotency_keys',
  'run_logs',
  'run_progress',
  'run_hours',
  'counted_hours',
  'job_outcomes',
  'cluster_pauses',
  'ended_sessions',
  'alarms',
  'notifications',
];
const NEEDED = ['jobs', 'job_plans', 'runs', 'nodes', 'leader_lock', 'run_attempts'];

/** What other users of the database hold: nobody asks them to hurry. */
export const LOCK_FAULTS: readonly Fault[] = [
  ...ROWS.map(({ what, touches, sql }): Fault => ({
    kind: `held for long: ${what}`,
    group: 'locks',
    weight: 1,
    touches,
    async inflict({ server }, _, random) {
      const ms = long(random);
      const [row] = await strangerHolds(server.url, [sql], ms);
      return `${JSON.stringify(row ?? {})} for ${ms} ms`;
    },
  })),
  {
    kind: 'table is locked, aside',
    group: 'locks',
    weight: 1,
    touches: 'one job',
    inflict: ({ server }, _, random) => lockTable(server.url, random.pick(ASIDE), random),
  },
  {
    kind: 'table is locked, needed',
    group: 'locks',
    weight: 1,
    touches: 'server',
    inflict: ({ server }, _, random) => lockTable(server.url, random.pick(NEEDED), random),
  },
  {
    kind: 'table is written anew',
    group: 'locks',
    weight: 1,
    touches: 'server',
    async inflict({ observer }, _, random) {
      const table = random.pick(NEEDED);
      await observer.query(`VACUUM FULL carillon.${table}`);
      return `VACUUM FULL ${table}`;
    },
  },
  {
    kind: 'long read',
    group: 'locks',
    weight: 1,
    touches: 'one job',
    async inflict({ server }, _, random) {
      const ms = long(random);
      const reads = ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', READ_ALL];
      await strangerHolds(server.url, reads, ms);
      return `of every table, for ${ms} ms`;
    },
  },
];

const READ_ALL = `
  SELECT (SELECT count(*) FROM carillon.runs), (SELECT count(*) FROM carillon.jobs),
         (SELECT count(*) FROM carillon.job_plans), (SELECT count(*) FROM carillon.nodes)`;

const long = (random: Random) => random.whole(LONG_MS.least, LONG_MS.most);

async function lockTable(url: string, table: string, random: Random): Promise<string> {
  const ms = long(random);
  await strangerHolds(url, [`LOCK TABLE carillon.${table} IN ACCESS EXCLUSIVE MODE`], ms);
  return `${table} for ${ms} ms`;
}
