import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from './planted-bugs.js';
import { Simulation } from './simulation.js';

/** So many clusters are tried at most. Each bug here shows in one of the first few. */
const MAX_CLUSTERS = 25;

/** A harness that cannot tell a broken store from a sound one proves nothing. */
describe('a simulated cluster whose store', () => {
  it.each(PLANTED_BUGS)('$name breaks a promise', async ({ makeStore, makeJobs, breaks }) => {
    const broken = new Set<string>();
    const isSeen = () => breaks.some((name) => broken.has(name));
    for (let seed = 1; seed <= MAX_CLUSTERS && !isSeen(); seed++) {
      const { violations } = await new Simulation(seed, { makeStore, makeJobs }).run();
      for (const { invariant } of violations) broken.add(invariant);
    }
    expect(isSeen(), `broken: ${[...broken].join(', ')}`).toBe(true);
  });
});
