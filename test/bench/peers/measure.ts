import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clockShift, now, quantile } from '../latency.js';
import type { Contestant } from './contestant.js';

/** How much of it. */
export interface Amounts {
  readonly drained: number;
  readonly warmUp: number;
  readonly punctualMs: number;
  readonly addedOneByOne: number;
  readonly addedAtOnce: number;
}

export const FULL: Amounts = {
  drained: 10_000,
  warmUp: 1_000,
  punctualMs: 20_000,
  addedOneByOne: 1_000,
  addedAtOnce: 5_000,
};

export const QUICK: Amounts = {
  drained: 2_000,
  warmUp: 200,
  punctualMs: 3_000,
  addedOneByOne: 200,
  addedAtOnce: 1_000,
};

/** A job every so many ms. */
const EVERY_MS = 10;
/** Before the first of them, so that making them is over. */
const AHEAD_MS = 5_000;
/** Not reported: connections and caches are new. */
const SETTLING_MS = 2_000;
const AT_ONCE = 10;
const AN_HOUR_MS = 3_600_000;
const STUCK_MS = 60_000;

export interface Drained {
  readonly perSecond: number;
  /** What the database has grown by, for each. */
  readonly bytesEach: number;
  readonly connections: number;
}

/**
 * From the first handler that is called to the last end that is recorded. Workers are started when the
 * jobs are there, once for some to warm up, and then for those that count.
 */
export async function drain(
  contestant: Contestant,
  watch: pg.Client,
  concurrency: number,
  amounts: Amounts,
): Promise<Drained> {
  await drainOnce(contestant, watch, concurrency, amounts.warmUp);
  await watch.query('VACUUM ANALYZE');
  return drainOnce(contestant, watch, concurrency, amounts.drained);
}

async function drainOnce(
  contestant: Contestant,
  watch: pg.Client,
  concurrency: number,
  count: number,
): Promise<Drained> {
  const before = await databaseSize(watch);
  await contestant.addDue(count);
  await watch.query('ANALYZE');
  let [called, begunAt] = [0, 0];
  const stop = await contestant.work(concurrency, 'throughput', () => {
    if (called++ === 0) begunAt = performance.now();
  });
  const stuckAt = performance.now() + STUCK_MS;
  while (called < count) {
    if (performance.now() > stuckAt) throw await uncalled(contestant, watch, called, count);
    await sleep(2);
  }
  const { rows } = await watch.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  while (await isBusy(contestant, watch)) await sleep(2);
  const perSecond = (count * 1_000) / (performance.now() - begunAt);
  await stop();
  if (called !== count) throw await uncalled(contestant, watch, called, count);
  const bytesEach = ((await databaseSize(watch)) - before) / count;
  return { perSecond, bytesEach, connections: rows[0]!.open };
}

/** In ms after their instants, in order of size. */
export async function punctuality(
  contestant: Contestant,
  watch: pg.Client,
  { punctualMs }: Amounts,
): Promise<readonly [p50: number, p99: number]> {
  const shift = await clockShift({
    query: async (sql, values = []) => (await watch.query<never>(sql, [...values])).rows,
  });
  const samples: number[] = [];
  let [called, settledAt] = [0, Infinity];
  const stop = await contestant.work(AT_ONCE, 'punctuality', (at) => {
    called++;
    if (at >= settledAt) samples.push(now() + shift - at);
  });
  const from = Date.now() + AHEAD_MS;
  settledAt = from + SETTLING_MS;
  const count = (SETTLING_MS + punctualMs) / EVERY_MS;
  await contestant.addMany(Array.from({ length: count }, (_, n) => new Date(from + n * EVERY_MS)));
  if (Date.now() > from) throw new Error('The first was due before all were made.');
  const stuckAt = performance.now() + STUCK_MS;
  while (called < count && performance.now() < stuckAt) await sleep(50);
  await stop();
  if (called !== count) throw await uncalled(contestant, watch, called, count);
  samples.sort((a, b) => a - b);
  return [quantile(samples, 0.5), quantile(samples, 0.99)];
}

/** A second, one by one and in one call, for an instant in an hour: nobody runs them. */
export async function adding(
  contestant: Contestant,
  amounts: Amounts,
): Promise<readonly [oneByOne: number, atOnce: number]> {
  const later = () => new Date(Date.now() + AN_HOUR_MS);
  for (let n = 0; n < amounts.addedOneByOne / 10; n++) await contestant.addOne(later());
  let begunAt = performance.now();
  for (let n = 0; n < amounts.addedOneByOne; n++) await contestant.addOne(later());
  const oneByOne = (amounts.addedOneByOne * 1_000) / (performance.now() - begunAt);
  const many = Array.from({ length: amounts.addedAtOnce }, later);
  begunAt = performance.now();
  await contestant.addMany(many);
  return [oneByOne, (amounts.addedAtOnce * 1_000) / (performance.now() - begunAt)];
}

/** Worth more than any figure, so it is told with what is known of it. */
async function uncalled(
  { endsSql }: Contestant,
  watch: pg.Client,
  called: number,
  count: number,
): Promise<Error> {
  const ends = endsSql ? (await watch.query(endsSql)).rows : [];
  return new Error(`${called} calls of ${count} jobs; ${JSON.stringify(ends)}`);
}

async function isBusy({ busySql }: Contestant, watch: pg.Client): Promise<boolean> {
  const { rows } = await watch.query<{ busy: boolean }>(busySql);
  return rows[0]?.busy !== false;
}

/** Of all tables with their indexes, in bytes; what the catalog needs is not ours to shrink. */
async function databaseSize(watch: pg.Client): Promise<number> {
  const { rows } = await watch.query<{ bytes: string }>(
    `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return Number(rows[0]!.bytes);
}
