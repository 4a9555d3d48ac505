import type { Retry } from './job.js';

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;

/**
 * How long a run waits until it is tried again, in milliseconds; null: it is not.
 *
 * An exponential wait is drawn between nothing and its bound, which doubles from attempt to attempt.
 * What failed together, for instance when another system went down, then does not come back together.
 *
 * @param attempt how often it was tried, 1 after the first time
 * @param errorName of the error that the attempt ended with, such as `TimeoutError`
 * @param chance from 0 up to 1
 */
export function retryDelayMs(
  retry: Retry,
  attempt: number,
  errorName: string,
  chance: number,
): number | null {
  const { maxAttempts, backoff, delayMs = FIRST_WAIT_MS, maxDelayMs = MAX_WAIT_MS } = retry;
  if (attempt >= maxAttempts) return null;
  if (retry.retryOn && !retry.retryOn.includes(errorName)) return null;
  if (backoff === 'fixed') return Math.min(delayMs, maxDelayMs);
  return Math.round(chance * Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs));
}

/** A number from 0 up to 1 that is always the same for the same text. */
export function chanceOf(text: string): number {
  // FNV-1a, and then a finaliser: texts that differ in their last digit only must lie far apart.
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
