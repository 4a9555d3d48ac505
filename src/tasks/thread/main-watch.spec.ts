import { expect, it } from 'vitest';
import { MainWatch } from './main-watch.js';
import { SharedState } from './shared-state.js';

it('sees since when the main thread has not come round, however late it looks itself', () => {
  const shared = SharedState.ofSize(1);
  let now = 0;
  const watch = new MainWatch(shared, () => now);
  now = 50;
  expect([watch.isAwake, watch.standsStillMs]).toEqual([true, 50]);
  now = 51;
  expect(watch.isAwake).toBe(false);
  // This thread was not looking for a while, but main has come round meanwhile.
  now = 5_000;
  shared.tickMain(0);
  expect([watch.isAwake, watch.standsStillMs]).toEqual([true, 0]);
});
