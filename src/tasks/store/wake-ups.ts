/**
 * What a wake-up tells: `leader` the lock was given back · `jobs` plans have changed ·
 * `runs` there are runs to claim. A hint only: a slow poll covers every one that is lost.
 */
export type WakeUp = 'leader' | 'jobs' | 'runs';

export abstract class WakeUps {
  /** Whether wake-ups can be heard; false behind a transaction pooler. */
  abstract readonly canHear: boolean;

  /** Calls back for each wake-up; after a break in the connection, once for all three. */
  abstract listen(heard: (wakeUp: WakeUp) => void): void;

  abstract close(): Promise<void>;
}
