import { describe, expect, it } from 'vitest';
import { later, NOON } from '../../../test/support/builders.js';
import type { FiredRow } from '../store/fire-ledger.js';
import { fireEvents } from './fire-events.js';

describe('the events of a fire', () => {
  it('tell each row, at the instant of the database', () => {
    const row: FiredRow = { runId: '7', jobId: 'a', fireAt: NOON, state: 'pending', reason: null };
    const rows = [row, { ...row, runId: '8', jobId: 'b', state: 'skipped', reason: 'overlapped' }];
    const at = later(NOON, 20);
    expect(fireEvents({ rows: rows as FiredRow[], at })).toEqual([
      { name: 'run.fired', at, data: { jobId: 'a', runId: '7', fireAt: NOON } },
      {
        name: 'run.skipped',
        at,
        data: { jobId: 'b', runId: '8', fireAt: NOON, reason: 'overlapped' },
      },
    ]);
  });

  it('are none where the rows were not asked for', () => {
    expect(fireEvents({ rows: [], at: NOON })).toEqual([]);
  });
});
