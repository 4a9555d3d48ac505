import { describe, expect, it } from 'vitest';
import { placeRun, type Placement } from './place-run.js';
import type { Overlap } from './job.js';

const CASES: readonly (readonly [Overlap, live: number, held: number, Placement])[] = [
  ['skip', 0, 0, 'start'],
  ['skip', 2, 0, 'refuse'],
  ['allow', 9, 0, 'start'],
  ['buffer-one', 1, 0, 'start'],
  ['buffer-one', 2, 0, 'hold'],
  ['buffer-one', 2, 1, 'refuse'],
  ['buffer-one', 0, 1, 'refuse'],
  ['buffer-all', 1, 0, 'start'],
  ['buffer-all', 2, 2, 'hold'],
  ['buffer-all', 0, 1, 'hold'],
  ['buffer-all', 2, 3, 'refuse'],
  ['cancel-previous', 1, 0, 'start'],
  ['cancel-previous', 2, 0, 'replace'],
  ['cancel-previous', 1, 1, 'replace'],
];

describe('a run that somebody asks for', () => {
  it.each(CASES)('under %s with %i live and %i waiting: %s', (overlap, live, held, placement) => {
    const policy = { overlap, maxInstances: 2, bufferLimit: 3 };
    expect(placeRun(policy, { live, held })).toBe(placement);
  });
});
