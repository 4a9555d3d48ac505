/**
 * What a wake-up tells: `leader` the lock was given back · `jobs` plans have changed ·
 * `runs` there are runs to claim · `slots` a run has ended for which others of its job wait ·
 * `cancel` somebody wants a run to end. A hint only: a slow poll covers every one that is lost.
 */
export const WAKE_UPS = ['leader', 'jobs', 'runs', 'slots', 'cancel'] as const;
/**
 * A leader reads at least twice in this time what is due within it, in ms: of a new job that is due later it need not
 * be told.
 */
export const SOON_MS = 10_000;

export type WakeUp = (typeof WAKE_UPS)[number];

export abstract class WakeUps {
  /** Whether wake-ups can be heard; false behind a transaction pooler. */
  abstract readonly canHear: boolean;

  /** Calls back for each wake-up; after a break in the connection, once for each. */
  abstract listen(heard: (wakeUp: WakeUp) => void): void;

  abstract close(): Promise<void>;
}
