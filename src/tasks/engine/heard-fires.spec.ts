import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NOON } from '../../../test/support/builders.js';
import type { TasksEvent } from '../domain/events.js';
import type { DueJobs, Fired, FireLedger } from '../store/fire-ledger.js';
import { HeardFires } from './heard-fires.js';

const row = { runId: '7', jobId: 'a', fireAt: NOON, state: 'pending', reason: null } as const;
const skipped = { ...row, runId: '8', jobId: 'b', state: 'skipped', reason: 'overlapped' } as const;
const answer: Fired = {
  led: true,
  moved: new Set(['a']),
  pending: 1,
  skipped: [],
  claimed: [],
  rows: [row, skipped],
  at: NOON,
};

let told: TasksEvent[];
let unreadable: DueJobs['unreadable'];
let heard: HeardFires;
const fire = vi.fn<FireLedger['fire']>();
const due = vi.fn<FireLedger['due']>();

beforeEach(() => {
  told = [];
  unreadable = [];
  fire.mockReset().mockImplementation(async (_token, _pauses, _fires, wantsRows) => ({
    ...answer,
    rows: wantsRows ? answer.rows : [],
  }));
  const pauses = { paused: false, count: 0, stretches: [] };
  due.mockReset().mockImplementation(async () => {
    return { jobs: [], more: false, unreadable, pauses, at: NOON };
  });
  heard = new HeardFires({ due, fire }, (event) => told.push(event));
});

describe('fires that may be heard', () => {
  it('ask for their rows only while somebody listens', async () => {
    expect(await heard.fire(4, 2, [])).toEqual({ ...answer, rows: [] });
    expect(told).toEqual([]);
    heard.wantsRows = true;
    expect(await heard.fire(4, 2, [])).toEqual(answer);
    expect(told).toEqual([
      { name: 'run.fired', at: NOON, data: { jobId: 'a', runId: '7', fireAt: NOON } },
      {
        name: 'run.skipped',
        at: NOON,
        data: { jobId: 'b', runId: '8', fireAt: NOON, reason: 'overlapped' },
      },
    ]);
    expect(fire.mock.calls).toEqual([
      [4, 2, [], false],
      [4, 2, [], true],
    ]);
  });

  it('tell of a job that cannot be read once, and again when it was edited', async () => {
    unreadable = [{ jobId: 'a', revision: 1, reason: 'bad trigger' }];
    await heard.due(0, 10);
    await heard.due(0, 10);
    expect(told).toEqual([
      { name: 'job.unreadable', at: NOON, data: { jobId: 'a', reason: 'bad trigger' } },
    ]);
    unreadable = [{ jobId: 'a', revision: 2, reason: 'bad policy' }];
    await heard.due(0, 10);
    expect(told).toHaveLength(2);
  });

  it('pass questions on as they were asked', async () => {
    await heard.due(5, 10, [{ jobId: 'a', revision: 1 }]);
    expect(due).toHaveBeenCalledWith(5, 10, [{ jobId: 'a', revision: 1 }]);
  });
});
