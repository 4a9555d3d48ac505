import { describe, expect, it } from 'vitest';
import { OVERLAP, type Overlap } from './job.js';
import { fatesOf, makesRoom, type Fate } from './overlap.js';

/** What becomes of three runs at once of a job with two instances and room for two that wait. */
type Row = readonly [live: number, buffered: number, fates: readonly Fate[]];

const [S, W, O, L] = ['starts', 'waits', 'overlapped', 'limit'] as const;

// oxfmt-ignore
const TABLE: Readonly<Record<Overlap, readonly Row[]>> = {
  allow: [
    [0, 0, [S, S, S]],
    [2, 0, [S, S, S]],
    [9, 9, [S, S, S]],
  ],
  skip: [
    [0, 0, [S, S, O]],
    [1, 0, [S, O, O]],
    [2, 0, [O, O, O]],
    [3, 0, [O, O, O]],
    [1, 1, [S, O, O]],
  ],
  'buffer-one': [
    [0, 0, [S, S, W]],
    [1, 0, [S, W, O]],
    [2, 0, [W, O, O]],
    [2, 1, [O, O, O]],
    [0, 1, [O, O, O]],
  ],
  'buffer-all': [
    [0, 0, [S, S, W]],
    [1, 0, [S, W, W]],
    [2, 0, [W, W, L]],
    [2, 1, [W, L, L]],
    [2, 2, [L, L, L]],
    [0, 1, [W, L, L]],
    [2, 3, [L, L, L]],
  ],
  'cancel-previous': [
    [0, 0, [O, S, S]],
    [1, 0, [O, O, S]],
    [2, 0, [O, O, W]],
    [3, 0, [O, O, W]],
    [0, 1, [O, O, S]],
    [1, 1, [O, O, W]],
  ],
};

const policyOf = (overlap: Overlap) => ({ overlap, maxInstances: 2, bufferLimit: 2 });
const rows = OVERLAP.flatMap((overlap) => TABLE[overlap].map((row) => [overlap, ...row] as const));

describe('overlap', () => {
  it.each(rows)('%s, with %i live and %i that wait: %j', (overlap, live, buffered, fates) => {
    expect(fatesOf(policyOf(overlap), { live, buffered }, 3)).toEqual(fates);
  });

  it('makes room under `cancel-previous` alone, and at the limit only', () => {
    const makes = (overlap: Overlap, live: number, buffered: number) =>
      makesRoom(policyOf(overlap), { live, buffered });
    expect(OVERLAP.filter((overlap) => makes(overlap, 2, 0))).toEqual(['cancel-previous']);
    expect([makes('cancel-previous', 1, 0), makes('cancel-previous', 1, 1)]).toEqual([false, true]);
  });
});
