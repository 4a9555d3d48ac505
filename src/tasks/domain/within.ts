import type { Clock } from './clock.js';

/**
 * Waits for something, but no longer than `ms` milliseconds.
 *
 * @returns whether it has ended; false: it goes on, and nobody hears of how it ends
 */
export async function within(clock: Clock, ms: number, ending: Promise<unknown>): Promise<boolean> {
  const enough = new AbortController();
  const ended = ending.then(() => true);
  try {
    return await Promise.race([ended, clock.sleep(ms, enough.signal).then(() => false)]);
  } finally {
    // A timer that goes on would keep the process for that long.
    enough.abort();
  }
}
