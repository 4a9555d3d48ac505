import { describe, expect, it } from 'vitest';
import { later, minutes, NOON, TASK } from '../../../test/support/builders.js';
import { aRun, aRunningRow, aSkippedRow, aStoredJob } from '../../../test/support/run-builders.js';
import type { Job } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import { explainJob, explainJobs } from './explain-job.js';
import type { ClusterStore, NodeInfo } from '../store/cluster-store.js';
import type { RunStore } from '../store/run-store.js';

const aNode = (id: string, node: Partial<NodeInfo> = {}): NodeInfo => ({
  id,
  name: id,
  version: '1.0.0',
  roles: ['scheduler', 'worker'],
  tasks: [TASK],
  startedAt: NOON,
  heartbeatAt: NOON,
  stoppedAt: null,
  draining: false,
  loopLagMs: null,
  blockedSince: null,
  blockedBy: null,
  slots: null,
  running: 0,
  clockOffsetMs: null,
  beatAgeMs: 0,
  alive: true,
  ...node,
});

/** @param rows of the job, in any order */
function situate(rows: readonly Run[] = [], job: Partial<Job> = {}, nodes = [aNode('n1')]) {
  const newestFirst = rows.toSorted((a, b) => Number(b.id) - Number(a.id));
  const isOpen = ({ state, handlerAlive }: Run) =>
    state === 'pending' || state === 'running' || handlerAlive;
  const runs: Pick<RunStore, 'latestOf' | 'openOf'> = {
    latestOf: async ([id], whole) =>
      new Map([[id!, { runs: newestFirst.slice(0, whole), brief: [] }]]),
    openOf: async ([id]) => new Map([[id!, newestFirst.filter(isOpen)]]),
  };
  const cluster: Pick<ClusterStore, 'state' | 'leader' | 'nodes'> = {
    state: async () => ({ paused: false, pauseReason: null, pausedSince: null, now: NOON }),
    leader: async () => ({
      nodeId: 'n1',
      nodeName: 'n1',
      fencingToken: 1,
      acquiredAt: NOON,
      expiresAt: later(NOON, 5_000),
      vacantSince: null,
      leaseMs: 5_000,
      hinted: false,
      generation: 1,
      generationAt: NOON,
      history: [],
    }),
    nodes: async () => nodes,
  };
  const sources = { runs: runs as RunStore, cluster: cluster as ClusterStore };
  return { sources, newestFirst, stored: aStoredJob(job) };
}

function explain(...situation: Parameters<typeof situate>) {
  const { sources, stored } = situate(...situation);
  return explainJob(stored, sources);
}

/** As one of many jobs, of which only the last run is read whole. */
async function explainInList(...situation: Parameters<typeof situate>) {
  const { sources, newestFirst, stored } = situate(...situation);
  const latest = { runs: newestFirst.slice(0, 1), brief: newestFirst.slice(0, 20) };
  const [why] = await explainJobs([stored], sources, new Map([[stored.id, latest]]));
  return why;
}

const ERROR = { name: 'Error', message: 'no paper' };

/** A row for each minute of the last half hour. */
const overlappedRows = Array.from({ length: 30 }, (_, i) =>
  aSkippedRow(String(130 - i), minutes(i), 'overlapped'),
);

describe('a job of a list', () => {
  it.each([
    ['nothing', []],
    ['skipped rows over one that runs', [...overlappedRows, aRunningRow('9', minutes(31))]],
    ['skipped rows alone', overlappedRows],
    ['a run that failed', [aRun('9', minutes(3), { state: 'failed', error: ERROR })]],
    [
      'a handler that goes on beyond its time',
      [...overlappedRows, aRun('9', minutes(31), { state: 'timed-out', handlerAlive: true })],
    ],
    ['what was missed', [aSkippedRow('8', minutes(2), 'misfired'), aRun('7', minutes(9), {})]],
    [
      'a retry that waits behind many',
      [
        aRun('8', minutes(2), { state: 'pending', attempt: 0, finishedAt: null }),
        aRun('7', minutes(9), { state: 'pending', attempt: 1, finishedAt: null }),
      ],
    ],
  ] as const)('is explained as by itself: %s', async (_, rows) => {
    expect(await explainInList(rows)).toEqual(await explain(rows));
  });
});

describe('explainJob', () => {
  it('finds the run that hangs, however many fire times were skipped since', async () => {
    const told = await explain([...overlappedRows, aRunningRow('9', minutes(31))]);
    expect(told).toMatchObject({ state: 'overlapped', since: later(NOON, -minutes(31)) });
    expect(told.reason).toContain('run 9, of');
  });

  it('finds the handler that goes on beyond its time, and no run that has just timed out', async () => {
    const hung = aRun('9', minutes(31), { state: 'timed-out', handlerAlive: true });
    expect((await explain([...overlappedRows, hung])).reason).toContain(
      'its handler is still running',
    );
    const over = { ...hung, handlerAlive: false };
    expect((await explain([...overlappedRows, over])).reason).toContain('Now it is.');
  });

  it('takes runs by their number and not by the letter', async () => {
    const rows = [aRun('9', minutes(9)), aRun('10', minutes(5), { state: 'failed' })];
    expect((await explain(rows)).reason).toContain('run 10, of');
  });

  it('counts live nodes only', async () => {
    const told = await explain([], {}, [aNode('n1', { alive: false })]);
    expect(told).toMatchObject({ state: 'no-worker' });
  });

  it('names what cannot be read', async () => {
    const trigger = JSON.parse('{"type": "moon"}') as Job['trigger'];
    const told = await explain([], { state: 'unreadable', trigger });
    expect(told.reason).toContain('/trigger/type must have a type');
  });

  it('says when a job fires that nothing is in the way of', async () => {
    expect(await explain([aRun('9', minutes(30))])).toMatchObject({ state: 'not-due' });
  });
});
