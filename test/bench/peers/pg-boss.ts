import { loadPeer } from './peer-packages.js';
import type { Contestant, Entry, Purpose } from './contestant.js';

const NAME = 'pg-boss';
const QUEUE = 'nothing';

/** Version 12 asks for Node 22, but loads and works on Node 20 too. */
export const pgBoss: Entry = {
  name: NAME,
  keeps: 'a row for each job, 7 days',
  packageName: NAME,
  open,
};

interface Data {
  readonly at: number;
}

interface Boss {
  on(event: 'error', listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean; timeout: number }): Promise<void>;
  createQueue(name: string, options: object): Promise<void>;
  send(name: string, data: Data, options: { startAfter: Date }): Promise<unknown>;
  insert(name: string, jobs: readonly { data: Data; startAfter?: Date }[]): Promise<unknown>;
  work(
    name: string,
    options: object,
    handler: (jobs: readonly { data: Data }[]) => Promise<void>,
  ): Promise<string>;
  offWork(name: string, options: { wait: boolean }): Promise<void>;
}

interface Module {
  readonly PgBoss: new (options: object) => Boss;
}

/** Its LISTEN is on, so that its workers need not wait for their next poll. */
async function open(connectionString: string): Promise<Contestant> {
  const { PgBoss } = await loadPeer<Module>(NAME);
  const boss = new PgBoss({ connectionString, useListenNotify: true });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  const addMany = async (at: readonly Date[]) =>
    void (await boss.insert(
      QUEUE,
      at.map((each) => ({ data: { at: each.getTime() }, startAfter: each })),
    ));
  return {
    addDue: async (count) =>
      void (await boss.insert(
        QUEUE,
        Array.from({ length: count }, () => ({ data: { at: Date.now() } })),
      )),
    addOne: async (at) => void (await boss.send(QUEUE, { at: at.getTime() }, { startAfter: at })),
    addMany,
    work: async (concurrency, purpose, told) => {
      await boss.work(QUEUE, settings(concurrency, purpose), async (jobs) =>
        jobs.forEach(({ data }) => told(data.at)),
      );
      return () => boss.offWork(QUEUE, { wait: true });
    },
    busySql: `SELECT EXISTS (SELECT 1 FROM pgboss.job
                WHERE name = '${QUEUE}' AND state < 'completed' AND start_after <= now()) AS busy`,
    close: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}

/**
 * For throughput it offers batches, and bursts: the next fetch at once while batches are full. A batch is
 * claimed and completed by one statement each, whatever its handler does with it, so it may hold more
 * than run at once: 500, as the local queue of graphile-worker. Two workers take turns with the server; on
 * two cores that was the fastest of what we tried.
 *
 * What is due later is found by polling; half a second is the shortest that it allows. A worker that
 * fetched one job at a time would wait so long after each, so it fetches some here too.
 */
function settings(concurrency: number, purpose: Purpose): object {
  return {
    ...(purpose === 'throughput'
      ? { localConcurrency: 2, batchSize: 500 }
      : { localConcurrency: concurrency, batchSize: 10 }),
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
  };
}
