import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../../src/tasks/store/postgres/migrate.js';
import { benchHost, enqueue, type BenchHost } from '../bench-host.js';
import type { Contestant, Entry } from './contestant.js';

/**
 * Ourselves, with the settings that users get. `addDue` writes runs to the ledger as requests to run
 * now do, without a job each: it is what the others call a job. `addOne` and `addMany` make real jobs,
 * with a trigger, a plan and a line in the audit, so they do more than the others.
 */
export const carillon: Entry = {
  name: 'Carillon',
  keeps: 'a row for each run',
  packageName: null,
  open,
};

/** The job that `enqueue` makes runs of. One whose job is gone is cancelled when it goes back to the ledger. */
const RUNS_OF = 'bench';
const A_DAY_MS = 86_400_000;

async function open(databaseUrl: string): Promise<Contestant> {
  await migrate(databaseUrl, 'carillon');
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  let host: BenchHost | null = null;
  /** Jobs are added by a node, whether it works or not. */
  const node = async () => (host ??= await benchHost(databaseUrl, 10));
  const stop = async () => {
    await host?.close();
    host = null;
  };
  const later = new Date(Date.now() + A_DAY_MS);
  await (await node()).tasks.addJob({ ...jobAt(later), id: RUNS_OF, overlap: 'allow' });
  await stop();
  return {
    addDue: (count) =>
      enqueue(
        { query: async (sql, values = []) => (await pool.query(sql, [...values])).rows },
        count,
      ),
    addOne: async (at) => void (await (await node()).tasks.addJob(jobAt(at))),
    addMany: async (at) => {
      const { refused } = await (await node()).tasks.addJobs(at.map(jobAt));
      if (refused[0]) throw refused[0].error;
    },
    work: async (concurrency, _purpose, told) => {
      host = await benchHost(databaseUrl, concurrency, {}, (fireAt) => told(fireAt.getTime()));
      return stop;
    },
    busySql: `SELECT EXISTS (SELECT 1 FROM carillon.runs WHERE queued)
                  OR EXISTS (SELECT 1 FROM carillon.runs WHERE state = 'running') AS busy`,
    endsSql: `SELECT state, queued, attempt, (error ->> 'message') AS error, count(*)::int AS runs
              FROM carillon.runs GROUP BY 1, 2, 3, 4`,
    close: async () => {
      await stop();
      await pool.end();
    },
  };
}

const jobAt = (at: Date) => ({
  id: randomUUID(),
  task: 'nothing',
  trigger: { type: 'date', at: at.toISOString() } as const,
});
