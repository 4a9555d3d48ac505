import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { benchDatabase, type BenchDatabase } from './bench-host.js';
import { bullmq } from './peers/bullmq.js';
import { carillon } from './peers/carillon.js';
import type { Entry } from './peers/contestant.js';
import { graphileWorker } from './peers/graphile-worker.js';
import { adding, drain, FULL, punctuality, QUICK, type Amounts } from './peers/measure.js';
import { installPeers, versionOf } from './peers/peer-packages.js';
import { pgBoss } from './peers/pg-boss.js';
import { rawSql } from './peers/raw-sql.js';
import { Report, type BenchOptions } from './report.js';

/**
 * The same work by us and by others, on the same server with durable commits, in turns: each round lets
 * each of them do all of it, in an empty database of its own and in this process. Nothing is promised of
 * others, so no figure has a budget.
 */
const ENTRIES: readonly Entry[] = [carillon, graphileWorker, pgBoss, bullmq, rawSql];
const ROUNDS = 3;
const CONCURRENCIES = [10, 100];

type Figures = Map<string, { readonly unit: string; readonly values: number[] }>;

export async function run(options: BenchOptions): Promise<boolean> {
  const report = new Report(options);
  installPeers((sentence) => console.error(sentence));
  const database = await benchDatabase();
  const loads: number[] = [];
  const failures: string[] = [];
  const all = new Map(ENTRIES.map((entry) => [entry, new Map() as Figures]));
  try {
    for (const sentence of await conditions(database)) report.say(sentence);
    for (let round = 1; round <= (options.quick ? 1 : ROUNDS); round++) {
      for (const [entry, figures] of all) {
        try {
          await turn(entry, database, figures, options.quick ? QUICK : FULL);
        } catch (error) {
          failures.push(`Round ${round} of ${entry.name} failed: ${String(error)}`);
          console.error(failures.at(-1));
        }
        loads.push(loadavg()[0]!);
        console.error(`round ${round}: ${entry.name}: ${latest(figures)}`);
      }
    }
  } finally {
    await database.remove();
  }
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  report.say(`Load meanwhile, its own included: ${least.toFixed(1)} to ${most.toFixed(1)}`);
  failures.forEach((failure) => report.say(failure));
  for (const [{ name, packageName }, figures] of all) {
    const version = packageName === null ? '' : ` ${versionOf(packageName)}`;
    for (const [figure, measured] of figures) {
      report.add({ name: `${name}${version}`, figure, ...measured });
    }
  }
  return report.end() && failures.length === 0;
}

/** So that a run that is ended early has told something. */
const latest = (figures: Figures) =>
  [...figures].map(([name, { values }]) => `${name} ${values.at(-1)!.toFixed(1)}`).join(', ');

/** All of the work, once. The database goes with its turn, so that nobody cleans up in another's. */
async function turn(
  entry: Entry,
  server: BenchDatabase,
  figures: Figures,
  amounts: Amounts,
): Promise<void> {
  const add = (figure: string, unit: string, value: number) => {
    if (!figures.has(figure)) figures.set(figure, { unit, values: [] });
    figures.get(figure)!.values.push(value);
  };
  const url = await emptyDatabase(server);
  const watch = new pg.Client({ connectionString: url });
  await watch.connect();
  const contestant = await entry.open(url);
  try {
    for (const concurrency of CONCURRENCIES) {
      const drained = await drain(contestant, watch, concurrency, amounts);
      add(`drained, ${concurrency} at a time`, 'jobs/s', drained.perSecond);
      if (concurrency !== Math.max(...CONCURRENCIES)) continue;
      add('left by each', 'bytes', drained.bytesEach);
      add('connections', 'open', drained.connections);
    }
    const [p50, p99] = await punctuality(contestant, watch, amounts);
    add('late, p50', 'ms', p50);
    add('late, p99', 'ms', p99);
    const [oneByOne, atOnce] = await adding(contestant, amounts);
    add('added one by one', 'jobs/s', oneByOne);
    add('added in one call', 'jobs/s', atOnce);
  } finally {
    await contestant.close();
    await disconnected(watch);
    await watch.end();
  }
}

/** Some close their connections after they said that they had; they would complain of the end of the database. */
async function disconnected(watch: pg.Client): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
                 AND backend_type = 'client backend'`;
  for (let tries = 0; tries < 100 && (await watch.query(sql)).rows.length > 0; tries++) {
    await sleep(50);
  }
}

/** @returns its URL. What the last turn wrote is on disk by then, and costs the next one nothing. */
async function emptyDatabase({ query, url }: BenchDatabase): Promise<string> {
  await query('DROP DATABASE IF EXISTS turn WITH (FORCE)');
  await query('CREATE DATABASE turn');
  await query('CHECKPOINT');
  const own = new URL(url);
  own.pathname = '/turn';
  return own.href;
}

/** What the figures depend on. */
async function conditions({ query, version }: BenchDatabase): Promise<string[]> {
  const rows = await query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM pg_settings
     WHERE name IN ('fsync', 'synchronous_commit', 'shared_buffers', 'max_connections', 'wal_level')
     ORDER BY name`,
  );
  const settings = rows.map(({ name, value }) => `${name} ${value}`).join(', ');
  const [load] = loadavg();
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), shared by the server and this process, ` +
      `load ${load!.toFixed(1)} before it began; Node ${process.version}`,
    `${version}, ${settings}`,
    `What is kept of a job that has run: ${ENTRIES.map(({ name, keeps }) => `${name} ${keeps}`).join('; ')}`,
  ];
}
