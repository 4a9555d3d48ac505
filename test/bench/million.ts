import {
  benchDatabase,
  benchHost,
  drained,
  enqueue,
  storeLater,
  type BenchDatabase,
} from './bench-host.js';
import { countAll } from './api-seed.js';
import { sumsOf } from '../../src/tasks/store/postgres/sums/sums-of.js';
import { median, Report, type BenchOptions } from './report.js';

/**
 * The same work beside little and beside much: what is stored and not due, and what has run, must not make it slower.
 * Each size is a database of its own on one server, and they take turns.
 */
const SIZES = [
  { name: 'a thousand jobs, no history', jobs: 1_000, runs: 0 },
  { name: 'a million jobs', jobs: 1_000_000, runs: 0 },
  { name: 'ten million finished runs', jobs: 1_000, runs: 10_000_000 },
] as const;
const ROUNDS = 5;
const CONCURRENCY = 100;
const DRAINED = 10_000;
const FIRED = 2_000;
/** So long before they are due, they are made. */
const AHEAD_MS = 6_000;
/** Of what it takes with little. */
const BUDGET = 1.3;

type Place = Pick<BenchDatabase, 'url' | 'query'>;

export async function run(options: BenchOptions): Promise<boolean> {
  const server = await benchDatabase();
  const report = new Report(options);
  const share = options.quick ? 100 : 1;
  const took = SIZES.map(() => ({ drained: [] as number[], fired: [] as number[] }));
  try {
    report.say(`The same work beside little and beside much, ${server.version}`);
    const places: Place[] = [];
    for (const [n, { name, jobs, runs }] of SIZES.entries()) {
      const from = performance.now();
      places.push(await filled(server, `size_${n}`, jobs / share, runs / share));
      const seconds = Math.round((performance.now() - from) / 1_000);
      console.error(`${name}: stored within ${seconds} s`);
    }
    for (let round = 0; round < (options.quick ? 2 : ROUNDS); round++) {
      for (const [n, place] of places.entries()) {
        took[n]!.drained.push(await drain(place));
        took[n]!.fired.push(await fire(place, round));
      }
    }
  } finally {
    await server.remove();
  }
  for (const [n, { name }] of SIZES.entries()) {
    for (const [figure, key] of [
      ['claimed, called and recorded', 'drained'],
      ['fired, claimed, called and recorded', 'fired'],
    ] as const) {
      const little = median(took[0]![key]);
      const values = took[n]![key];
      report.add({ name, figure, unit: 'µs each', values });
      const budget = n > 0 && !options.quick ? { atMost: BUDGET } : null;
      report.add({
        name,
        figure: `${figure}, beside little`,
        unit: 'times',
        values: values.map((each) => each / little),
        budget,
      });
    }
  }
  return report.end();
}

/** A database with so many jobs, none of which is due, and so many runs of the last month. */
async function filled(
  server: BenchDatabase,
  name: string,
  jobs: number,
  runs: number,
): Promise<Place> {
  const place = await server.another(name);
  const { query } = place;
  await storeLater(query, jobs);
  if (runs > 0) await storeRuns(place, jobs, runs);
  // What a leader has counted long ago is no cost of the work that is measured.
  if (runs > 0) await sumUp(place);
  await query('VACUUM ANALYZE');
  if (runs > 0) await countAll(place);
  await query('CHECKPOINT');
  return place;
}

/** Written without indexes, which are made afterwards: that takes a fifth of the time. */
async function storeRuns({ query }: Place, jobs: number, runs: number): Promise<void> {
  const indexes = await query<{ name: string; made: string }>(
    `SELECT i.indexname AS name, i.indexdef AS made FROM pg_indexes i
     WHERE i.schemaname = 'carillon' AND i.tablename = 'runs'
       AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`,
  );
  for (const { name } of indexes) await query(`DROP INDEX carillon.${name}`);
  await query(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                node_id, fencing_token, started_at, finished_at)
     SELECT 'stored-' || 1 + n % $1::int, 'nothing', at, at, 'fired',
            CASE WHEN n % 33 = 0 THEN 'failed' ELSE 'succeeded' END, false, 1, at,
            '00000000-0000-4000-8000-000000000001', 1, at, at + interval '20 ms'
     FROM generate_series(1, $2::int) n,
          LATERAL (SELECT date_trunc('milliseconds', now()) - n * ($3::float8 * interval '1 second') AS at) t`,
    [jobs, runs, (29 * 86_400) / runs],
  );
  for (const { made } of indexes) await query(made);
}

/** Sums each hour at once: a leader, which goes through it in small steps, would take half an hour. */
async function sumUp({ query }: Place): Promise<void> {
  await query('VACUUM ANALYZE carillon.runs');
  const hours = await query<{ hour: Date }>(
    `SELECT generate_series(date_trunc('hour', min(finished_at)), max(finished_at), '1 hour') AS hour
     FROM carillon.runs`,
  );
  const inHour = `finished_at >= $1::timestamptz AND finished_at < $1::timestamptz + interval '1 hour'`;
  for (const { hour } of hours) {
    await query(
      `WITH ended AS MATERIALIZED (SELECT * FROM carillon.runs WHERE ${inHour}),
       ${sumsOf('ended')},
       summed AS (
         INSERT INTO carillon.run_hours (job_id, hour, state, runs, lags, durations)
         SELECT job_id, hour, state, runs, lags, durations FROM sums)
       INSERT INTO carillon.counted_hours (hour, up_to, up_to_id)
       SELECT $1::timestamptz, finished_at, id FROM ended ORDER BY finished_at DESC, id DESC LIMIT 1`,
      [hour],
    );
  }
}

/** Of runs that wait already; in µs for each. */
async function drain(place: Place): Promise<number> {
  const host = await benchHost(place.url, CONCURRENCY);
  try {
    await enqueue(place, 1_000);
    await drained(place);
    const inMs = 2_000;
    const dueAt = Date.now() + inMs;
    await enqueue(place, DRAINED, inMs);
    await pass(dueAt - Date.now());
    await drained(place);
    return ((Date.now() - dueAt) * 1_000) / DRAINED;
  } finally {
    await host.close();
  }
}

/** Of jobs that are due at one instant; in µs for each. */
async function fire(place: Place, round: number): Promise<number> {
  const host = await benchHost(place.url, CONCURRENCY);
  try {
    let [called, allCalled] = [0, (): void => undefined];
    const all = new Promise<void>((resolve) => (allCalled = resolve));
    const dueAt = Date.now() + AHEAD_MS;
    const trigger = { type: 'date', at: new Date(dueAt).toISOString() } as const;
    const ids = Array.from({ length: FIRED }, (_, n) => `fired-${round}-${n}`);
    await host.tasks.addJobs(ids.map((id) => ({ id, task: 'nothing', trigger })));
    if (Date.now() > dueAt) throw new Error('Jobs were due before all were made.');
    host.hear(() => {
      if (++called === FIRED) allCalled();
    });
    await all;
    await drained(place);
    return ((Date.now() - dueAt) * 1_000) / FIRED;
  } finally {
    await host.close();
  }
}

const pass = (ms: number) => new Promise((over) => setTimeout(over, ms));
