import { ForbiddenException } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterStore } from '../../store/cluster-store.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { ProblemException } from '../protocol/problem.js';
import { Refusals, type RefusedChange } from './refusals.js';

const refused: RefusedChange = {
  actor: 'ada',
  address: '10.0.0.7',
  method: 'DELETE',
  path: '/scheduler/jobs/a?key=secret',
  status: 403,
  code: 'role-too-low',
};

let clock: FakeClock;
let note: ReturnType<typeof vi.fn<ClusterStore['note']>>;
let refusals: Refusals;

beforeEach(() => {
  clock = new FakeClock();
  note = vi.fn<ClusterStore['note']>(async () => undefined);
  refusals = new Refusals({ note } as unknown as ClusterStore, clock);
});

describe('what was refused', () => {
  it('is in the audit at once, without what a query may hold', () => {
    refusals.note(refused);
    const { actor: _actor, ...details } = { ...refused, path: '/scheduler/jobs/a' };
    expect(note.mock.calls).toEqual([['access.refuse', details, { actor: 'ada' }]]);
  });

  it('is there once a minute, and how often it came again', async () => {
    for (let n = 0; n < 1_000; n++) refusals.note({ ...refused, actor: null });
    expect(note).toHaveBeenCalledTimes(1);
    await clock.advance(60_000);
    expect(note).toHaveBeenCalledTimes(2);
    expect(note.mock.lastCall!.slice(1)).toMatchObject([{ again: 999 }, { actor: 'unknown' }]);
    await clock.advance(600_000);
    expect(note).toHaveBeenCalledTimes(2);
    expect(clock.sleeping).toBe(0);
  });

  it('costs no more rows however much of it there is', async () => {
    for (let n = 0; n < 5_000; n++) refusals.note({ ...refused, address: `10.0.0.${n}` });
    expect(note).toHaveBeenCalledTimes(50);
    await clock.advance(60_000);
    expect(note).toHaveBeenCalledTimes(51);
    expect(note.mock.lastCall![1]).toEqual({ others: 4_950 });
  });

  it('may be missing there while the database is away, and nobody minds', async () => {
    note.mockRejectedValue(new Error('away'));
    refusals.note(refused);
    await clock.advance(60_000);
  });

  it('is what access refuses, not what is wrong with a request', () => {
    refusals.noteIfRefused(new ProblemException(400, 'malformed', 'x'), refused);
    refusals.noteIfRefused(new Error('x'), refused);
    expect(note).not.toHaveBeenCalled();
    refusals.noteIfRefused(new ProblemException(429, 'too-many-attempts', 'x'), refused);
    refusals.noteIfRefused(new ForbiddenException(), refused);
    expect(note.mock.calls.map(([, details]) => (details as { code: string }).code)).toEqual([
      'too-many-attempts',
      'refused',
    ]);
  });

  it('holds up no end of the application', async () => {
    refusals.note(refused);
    refusals.onModuleDestroy();
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });
});
