/**
 * Why a job has not run, or when it will: what an operator wants to know at night.
 *
 * The first of these that is true is the answer, so that whatever is named is what must be dealt with
 * first. A job that waits for a slot of a cluster that is paused is told to be paused.
 *
 * | state            | it does not run because                                             |
 * | ---------------- | ------------------------------------------------------------------- |
 * | `cluster-paused` | nothing does                                                        |
 * | `paused`         | somebody stopped it                                                 |
 * | `unreadable`     | this version cannot read its row                                    |
 * | `orphaned`       | its code has been gone for too long                                 |
 * | `finished`       | it is over, and no run of it is left                                |
 * | `no-worker`      | no live node can run its task                                       |
 * | `no-leader`      | it is due, and nobody fires                                         |
 * | `overlapped`     | its last fire time found an earlier run going on                    |
 * | `running`        | it does run                                                         |
 * | `backlog`        | its run waits for a free slot, or for its turn                      |
 * | `retrying`       | its run failed, and waits to be tried again                         |
 * | `jittered`       | its run starts a little after its fire time, as it should           |
 * | `due`            | it is to be fired this moment                                       |
 * | `misfired`       | its last fire time was noticed later than its grace allows          |
 * | `not-due`        | its time has not come; what became of the last run is told, too     |
 *
 * A job is told to be `running` while that is all there is to it. Once a fire time was skipped
 * meanwhile it is `overlapped`, by the same run; it stays so after that run's end, until it fires next.
 */
export const WHY_STATES = [
  'cluster-paused',
  'paused',
  'unreadable',
  'orphaned',
  'finished',
  'no-worker',
  'no-leader',
  'overlapped',
  'running',
  'backlog',
  'retrying',
  'jittered',
  'due',
  'misfired',
  'not-due',
] as const;
export type WhyState = (typeof WHY_STATES)[number];

export interface Why {
  /** Stable: for programs. */
  readonly state: WhyState;
  /** One or more sentences for people, with the runs, nodes and instants that matter. */
  readonly reason: string;
  /** How long it has been so; null: always, or nobody knows. */
  readonly since: Date | null;
  /** What to do about it; null: nothing. */
  readonly remedy: string | null;
}
