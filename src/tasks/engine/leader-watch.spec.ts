import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.js';
import type { FireLedger } from '../store/fire-ledger.js';
import { LeaderFitness } from './leader-fitness.js';
import { LeaderWatch } from './leader-watch.js';

const LEASE_MS = 5_000;

let clock: FakeClock;
let fitness: LeaderFitness;
let leads: boolean;
let watch: LeaderWatch;

beforeEach(() => {
  clock = new FakeClock();
  leads = false;
  const times = { leaseMs: LEASE_MS, deadAfterMs: 10_000 };
  fitness = new LeaderFitness({} as FireLedger, times, clock);
  watch = new LeaderWatch(fitness, () => leads, LEASE_MS, clock);
});

const cannotFire = async () => {
  fitness.firing.tries(clock.monotonic());
  fitness.firing.fails('relation "job_plans" does not exist');
  await clock.advance(LEASE_MS);
};

describe('the watch for a leader', () => {
  it('says that nobody leads once that is longer than a lease', async () => {
    watch.heard(false);
    await clock.advance(LEASE_MS);
    expect(watch.trouble()).toBeNull();
    await clock.advance(1);
    watch.heard(false);
    expect(watch.trouble()).toContain('no node has led for 5 s');
    watch.heard(true);
    expect(watch.trouble()).toBeNull();
  });

  it('says why this node cannot lead from when it gives the lock back, without a break', async () => {
    leads = true;
    watch.heard(true);
    await cannotFire();
    expect(watch.trouble()).toContain('relation "job_plans" does not exist');
    leads = false;
    expect(watch.trouble()).toContain('cannot lead, and no other does');
    watch.heard(false);
    expect(watch.trouble()).toContain('cannot lead, and no other does');
  });

  it('says nothing of that while another node leads', async () => {
    await cannotFire();
    watch.heard(true);
    expect(watch.trouble()).toBeNull();
  });
});
