import { loadPeer } from './peer-packages.js';
import type { Contestant, Entry, Purpose } from './contestant.js';

const NAME = 'graphile-worker';

/** 0.17.3 is the last that supports Node 20. */
export const graphileWorker: Entry = {
  name: NAME,
  keeps: 'nothing',
  packageName: NAME,
  open,
};

interface Payload {
  readonly at: number;
}

interface Utils {
  addJob(task: string, payload: Payload, options: { runAt: Date }): Promise<unknown>;
  addJobs(jobs: readonly { identifier: string; payload: Payload; runAt: Date }[]): Promise<unknown>;
  migrate(): Promise<void>;
  release(): Promise<void>;
}

interface Module {
  readonly Logger: new (factory: () => () => void) => unknown;
  readonly makeWorkerUtils: (options: object) => Promise<Utils>;
  readonly run: (options: object) => Promise<{ stop(): Promise<void> }>;
}

async function open(connectionString: string): Promise<Contestant> {
  const { Logger, makeWorkerUtils, run } = await loadPeer<Module>(NAME);
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  const jobAt = (at: Date) => ({ identifier: 'nothing', payload: { at: at.getTime() }, runAt: at });
  const addMany = async (at: readonly Date[]) => void (await utils.addJobs(at.map(jobAt)));
  return {
    addDue: (count) => addMany(Array.from({ length: count }, () => new Date())),
    addOne: async (at) => void (await utils.addJob('nothing', { at: at.getTime() }, { runAt: at })),
    addMany,
    work: async (concurrency, purpose, told) => {
      const runner = await run({
        preset: {
          worker: { connectionString, logger, ...settings(concurrency, purpose) },
        },
        taskList: { nothing: ({ at }: Payload) => told(at) },
        noHandleSignals: true,
      });
      return () => runner.stop();
    },
    busySql:
      'SELECT EXISTS (SELECT 1 FROM graphile_worker._private_jobs WHERE run_at <= now()) AS busy',
    close: () => utils.release(),
  };
}

/**
 * For throughput as on the page of its documentation about performance: a local queue of 500, ends
 * written in batches, one connection more than jobs at once.
 *
 * The same page advises against the local queue where jobs shall begin at once. Jobs for an instant in
 * the future are found by polling, every two seconds by default: here twenty times as often.
 */
function settings(concurrency: number, purpose: Purpose): object {
  return {
    concurrentJobs: concurrency,
    maxPoolSize: concurrency + 1,
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    ...(purpose === 'throughput' ? { localQueue: { size: 500 } } : { pollInterval: 100 }),
  };
}
