import pg from 'pg';
import { loadPeer } from './peer-packages.js';
import type { Contestant, Entry } from './contestant.js';

const NAME = 'bullmq';
const QUEUE = 'nothing';

export const bullmq: Entry = {
  name: 'BullMQ on PostgreSQL',
  keeps: 'a row and events for each job',
  packageName: NAME,
  open,
};

interface Data {
  readonly at: number;
}

interface Job {
  readonly name: string;
  readonly data: Data;
  readonly opts: { readonly delay?: number };
}

interface Queue {
  add(name: string, data: Data, options: Job['opts']): Promise<unknown>;
  addBulk(jobs: readonly Job[]): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface Worker {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface Module {
  readonly createPostgresBackend: unknown;
  readonly Queue: new (name: string, options: object, backend: unknown) => Queue;
  readonly Worker: new (
    name: string,
    processor: (job: { data: Data }) => Promise<void>,
    options: object,
    backend: unknown,
  ) => Worker;
  readonly runMigrations: (client: pg.Client) => Promise<unknown>;
}

/**
 * As its documentation on PostgreSQL advises: enough connections for what runs at once, and bulk adds.
 * All finished jobs are kept, which is its default. To keep only the newest of them (`removeOnComplete`
 * with a `count`) looks for older ones at every end, and is slower.
 */
async function open(connectionString: string): Promise<Contestant> {
  const { createPostgresBackend, Queue, Worker, runMigrations } = await loadPeer<Module>(NAME);
  const client = new pg.Client({ connectionString });
  await client.connect();
  await runMigrations(client);
  await client.end();
  const queue = new Queue(
    QUEUE,
    { connection: { connectionString, max: 10 } },
    createPostgresBackend,
  );
  await queue.waitUntilReady();
  const jobAt = (at: Date): Job => ({
    name: 'nothing',
    data: { at: at.getTime() },
    opts: { delay: Math.max(0, at.getTime() - Date.now()) },
  });
  return {
    addDue: async (count) => {
      const job: Job = { name: 'nothing', data: { at: Date.now() }, opts: {} };
      await queue.addBulk(Array.from({ length: count }, () => job));
    },
    addOne: async (at) => {
      const { name, data, opts } = jobAt(at);
      await queue.add(name, data, opts);
    },
    addMany: async (at) => void (await queue.addBulk(at.map(jobAt))),
    work: async (concurrency, _purpose, told) => {
      const worker = new Worker(
        QUEUE,
        async ({ data }) => told(data.at),
        {
          concurrency,
          connection: { connectionString, max: Math.min(concurrency, MOST_CONNECTIONS) },
        },
        createPostgresBackend,
      );
      await worker.waitUntilReady();
      return () => worker.close();
    },
    busySql: `SELECT EXISTS (SELECT 1 FROM bullmq.job WHERE state IN ('waiting', 'active')) AS busy`,
    close: () => queue.close(),
  };
}

/** Of what we tried on two cores, more of them were no faster, and a hundred were slower. */
const MOST_CONNECTIONS = 10;
