import pg from 'pg';
import type { Contestant, Entry, Told } from './contestant.js';

/**
 * No scheduler: the least that keeps a row for each run, can be shared by nodes, and records an end only
 * of what it claimed. It has no heartbeats, retries, policies or events: nobody who keeps a history is faster.
 */
export const rawSql: Entry = {
  name: 'raw SQL',
  keeps: 'a row for each run',
  packageName: null,
  open,
};

const TABLES = `
  CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id text NOT NULL, run_at timestamptz NOT NULL, status smallint NOT NULL DEFAULT 0,
    claimed_by int, started_at timestamptz, finished_at timestamptz);
  CREATE INDEX ON runs (run_at, id) WHERE status = 0;
  CREATE INDEX ON runs (id) WHERE status = 1;
  CREATE INDEX ON runs (job_id, run_at DESC);`;
const INSERT = `
  INSERT INTO runs (job_id, run_at) SELECT 'job', at FROM unnest($1::timestamptz[]) AS at`;
const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT id FROM runs WHERE status = 0 AND run_at <= clock_timestamp()
    ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
  UPDATE runs r SET status = 1, claimed_by = $2, started_at = clock_timestamp()
  FROM due WHERE r.id = due.id RETURNING r.id, extract(epoch FROM r.run_at)::float8 * 1000 AS at`;
const FINISH = `
  UPDATE runs SET status = 2, finished_at = clock_timestamp()
  WHERE id = ANY($1::bigint[]) AND status = 1 AND claimed_by = $2`;
/** In ms, at most until somebody may have added an earlier one. */
const NEXT = `
  SELECT least(100, extract(epoch FROM min(run_at) - clock_timestamp())::float8 * 1000) AS ms
  FROM runs WHERE status = 0`;

/** So many are claimed by a statement, as by the local queue of graphile-worker. */
const BATCH = 500;
/** As many as there are cores: one claims while the other records. */
const WORKERS = 2;

async function open(connectionString: string): Promise<Contestant> {
  const pool = new pg.Pool({ connectionString, max: WORKERS + 1 });
  await pool.query(TABLES);
  const addMany = async (at: readonly Date[]) => void (await pool.query(INSERT, [at]));
  return {
    addDue: (count) => addMany(Array.from({ length: count }, () => new Date())),
    addOne: (at) => addMany([at]),
    addMany,
    work: async (_concurrency, _purpose, told) => {
      const ended = new AbortController();
      const ends = Array.from({ length: WORKERS }, (_, id) => work(pool, id, told, ended.signal));
      return async () => {
        ended.abort();
        await Promise.all(ends);
      };
    },
    busySql: `SELECT EXISTS (SELECT 1 FROM runs WHERE status = 0 AND run_at <= clock_timestamp())
                  OR EXISTS (SELECT 1 FROM runs WHERE status = 1) AS busy`,
    close: () => pool.end(),
  };
}

async function work(pool: pg.Pool, id: number, told: Told, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const { rows } = await pool.query<{ id: string; at: number }>({
      name: 'claim',
      text: CLAIM,
      values: [BATCH, id],
    });
    rows.forEach(({ at }) => told(at));
    if (rows.length > 0) {
      const ids = rows.map((row) => row.id);
      await pool.query({ name: 'finish', text: FINISH, values: [ids, id] });
      continue;
    }
    const { rows: next } = await pool.query<{ ms: number | null }>({ name: 'next', text: NEXT });
    const ms = next[0]?.ms ?? 100;
    if (ms > 0) await new Promise((passed) => setTimeout(passed, ms));
  }
}
