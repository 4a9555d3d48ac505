import type { JobPolicy } from './job.js';

/**
 * Whether a run that somebody asks for may start beside those of its job that are not done. `replace`:
 * the others are cancelled, and it starts when they have ended.
 */
export type Placement = 'start' | 'hold' | 'replace' | 'refuse';

/** The runs of a job that count against its instances, and those that wait for their turn. */
export interface Occupancy {
  readonly live: number;
  readonly held: number;
}

export function placeRun(
  policy: Pick<JobPolicy, 'overlap' | 'maxInstances' | 'bufferLimit'>,
  { live, held }: Occupancy,
): Placement {
  const free = live < policy.maxInstances;
  switch (policy.overlap) {
    case 'allow':
      return 'start';
    case 'skip':
      return free ? 'start' : 'refuse';
    case 'cancel-previous':
      return free && held === 0 ? 'start' : 'replace';
    case 'buffer-one':
      return held > 0 ? 'refuse' : free ? 'start' : 'hold';
    case 'buffer-all':
      return free && held === 0 ? 'start' : held < policy.bufferLimit ? 'hold' : 'refuse';
  }
}
