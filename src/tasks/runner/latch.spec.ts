import { expect, it } from 'vitest';
import { Latch } from './latch.js';

it.each(['before', 'after'])('tells who asks for its signal %s it was set', (when) => {
  const latch = new Latch();
  const early = when === 'before' ? latch.signal : null;
  expect(latch.isSet).toBe(false);
  const reason = new Error('enough');
  latch.set(reason);
  latch.set(new Error('later'));
  const signal = early ?? latch.signal;
  expect([latch.isSet, signal.aborted]).toEqual([true, true]);
  expect([latch.reason, signal.reason]).toEqual([reason, reason]);
  expect(latch.signal).toBe(signal);
});
