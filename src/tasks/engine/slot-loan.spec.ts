import { expect, it } from 'vitest';
import { aDueJob, later, NOON, TASK } from '../../../test/support/builders.js';
import { SlotLoan } from './slot-loan.js';

const loan = (slots: number, limits = {}) =>
  new SlotLoan(slots, new Set([TASK, 'rare']), limits, () => undefined);

const aFire = (jobId: string, task = TASK, ...runsAt: Date[]) => ({
  job: aDueJob(jobId, { task }),
  plan: {
    candidates: (runsAt.length > 0 ? runsAt : [NOON]).map((runAt) => ({ fireAt: NOON, runAt })),
    ranges: [],
    lastFireAt: NOON,
    nextFireAt: null,
  },
});

const here = (fires: readonly { readonly job: { readonly jobId: string }; here?: boolean }[]) =>
  fires.filter((fire) => fire.here).map(({ job }) => job.jobId);

it('has as many runs begin here as there are slots', () => {
  const fires = [aFire('a'), aFire('b'), aFire('c')];
  expect(here(loan(2).share(fires, NOON))).toEqual(['a', 'b']);
});

it('leaves to others what this node does not know, or may not run more of', () => {
  const fires = [aFire('a', 'strange'), aFire('b', 'rare'), aFire('c', 'rare'), aFire('d')];
  expect(here(loan(9, { rare: 1 }).share(fires, NOON))).toEqual(['b', 'd']);
});

it('leaves in the ledger what is to start later, and what is more than one run', () => {
  const fires = [aFire('a', TASK, later(NOON, 1)), aFire('b', TASK, NOON, NOON), aFire('c')];
  expect(here(loan(9).share(fires, NOON))).toEqual(['c']);
});
