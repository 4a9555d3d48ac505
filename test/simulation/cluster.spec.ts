import { describe, expect, it } from 'vitest';
import { Simulation } from './simulation.js';
import { soak, SOAK_TIMEOUT_MS } from './soak.js';

describe('a cluster in trouble', () => {
  it(
    'keeps every promise',
    async () => {
      expect(await soak()).toBeNull();
    },
    SOAK_TIMEOUT_MS,
  );

  it('does the same again under the same seed', async () => {
    const [one, two] = [await new Simulation(7).run(), await new Simulation(7).run()];
    expect(two.history).toEqual(one.history);
    expect(two.notes).toEqual(one.notes);
    expect(one.history.starts.length).toBeGreaterThan(50);
  });
});
