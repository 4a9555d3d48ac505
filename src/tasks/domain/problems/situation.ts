/**
 * What is wrong, or will be: what an operator is to look at first.
 *
 * | kind             | what is wrong                                              |
 * | ---------------- | ---------------------------------------------------------- |
 * | `no-leader`      | nobody fires                                               |
 * | `loop-failing`   | the node that answers cannot do its work                   |
 * | `unsettled-runs` | runs of nodes that are silent for long, and nobody ends them |
 * | `blocked-node`   | nodes whose event loop is blocked: they start no run       |
 * | `unreadable`     | due jobs whose rows this version cannot read               |
 * | `no-worker`      | jobs whose task no live worker knows                       |
 * | `overdue`        | jobs that are due for a while, and have not been fired     |
 * | `backlog`        | runs wait for a free slot for a while                      |
 * | `long-transaction` | transactions of others hold rows of ours for long         |
 * | `cluster-paused` | nothing is fired, because somebody wanted that             |
 * | `failing`        | jobs whose last run failed                                 |
 * | `misfired`       | jobs that missed fire times within the last hour           |
 * | `orphaned`       | jobs whose code has been gone for long                     |
 * | `silent-node`    | nodes that have neither stopped nor given a sign for long  |
 * | `clock-skew`     | nodes whose clocks differ from the database's              |
 * | `held-vacuum`    | a transaction keeps old rows of every table from being cleaned up |
 * | `old-pause`      | jobs that somebody paused long ago                         |
 */
export const PROBLEM_KINDS = [
  'no-leader',
  'loop-failing',
  'unsettled-runs',
  'blocked-node',
  'unreadable',
  'no-worker',
  'overdue',
  'backlog',
  'long-transaction',
  'cluster-paused',
  'failing',
  'misfired',
  'orphaned',
  'silent-node',
  'clock-skew',
  'held-vacuum',
  'old-pause',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** `error`: something does not run that should. `warning`: somebody should know of it. */
export const SEVERITIES = ['error', 'warning'] as const;

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly since: Date | null;
  /** Of a job that fails: how often in a row, as far as that is counted. */
  readonly inARow?: number;
}

/** Some jobs, of which not all are named. */
export interface JobGroup {
  /** How many there are, as far as they are counted. */
  readonly count: number;
  /** Those for which it has been so for the longest. */
  readonly jobs: readonly Named[];
}

export interface Problem {
  readonly kind: ProblemKind;
  readonly severity: (typeof SEVERITIES)[number];
  /** For how long; null: nobody knows. */
  readonly since: Date | null;
  /** A sentence or two for people. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly count: number;
  readonly jobs: readonly Named[];
  readonly nodes: readonly Named[];
  /** Where in the API more of it is told. */
  readonly link: string;
}

/** A problem of the cluster as a whole. */
export const NOBODY: Pick<Problem, 'jobs' | 'nodes' | 'count'> = { jobs: [], nodes: [], count: 1 };

/** A transaction that goes on. */
export interface Transaction {
  /** Null for a prepared one. */
  readonly pid: number | null;
  /** Of a prepared one. */
  readonly name: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly since: Date;
}

/** Of all that may be wrong, what the store knows. */
export interface Troubles {
  readonly overdue: JobGroup;
  readonly unreadable: JobGroup;
  readonly unknown: JobGroup;
  readonly failing: JobGroup;
  readonly misfired: JobGroup;
  readonly orphaned: JobGroup;
  readonly pausedLong: JobGroup;
  /** Jobs with runs of nodes that are silent for so long that these should have been settled. */
  readonly unsettled: JobGroup;
  /** Runs that wait for a free slot, up to 10,000: not those whose task no live worker knows. */
  readonly waiting: { readonly count: number; readonly oldestRunAt: Date | null };
}

/** Transactions of others that stand in the way. */
export interface Obstacles {
  /** The oldest that keeps vacuum from cleaning up; null: none does for long. */
  readonly vacuum: Transaction | null;
  /** Those that hold locks on tables of ours for long. */
  readonly transactions: readonly Transaction[];
}

/** All that is looked at, read at one time. */
export interface Situation extends Troubles, Obstacles {
  /** The database's clock. */
  readonly now: Date;
  readonly cluster: {
    readonly paused: boolean;
    readonly pauseReason: string | null;
    readonly pausedSince: Date | null;
  };
  readonly leader: { readonly nodeId: string | null; readonly vacantSince: Date | null };
  /** The node that answers; null: it does not take part. */
  readonly node: {
    readonly id: string;
    readonly name: string;
    readonly trouble: string | null;
  } | null;
  /** Whose event loop does not come round, and by what. */
  readonly blocked: readonly (Named & { readonly by: string | null })[];
  /** That neither live nor have stopped: how many, and some of them. */
  readonly silent: { readonly count: number; readonly nodes: readonly Named[] };
  /** By how much the database's clock is ahead of those that differ from it, in ms. */
  readonly skewed: readonly (Named & { readonly aheadMs: number })[];
}

/** A fire or a start that is late by less is no problem yet, in ms. */
export const LATE_MS = 30_000;

/** A clock that differs by less is good enough, in ms. */
export const SKEW_MS = 1_000;

/** A transaction that holds rows of ours for less is nothing to speak of, in ms. */
export const LONG_MS = 30_000;

/** Nor is one that keeps vacuum from its work for less, in ms. */
export const VACUUM_MS = 300_000;

/** A pause is old after so long, in ms. */
export const OLD_PAUSE_MS = 7 * 86_400_000;

/** A fire time that was missed before is not spoken of any more, in ms. */
export const MISFIRED_FOR_MS = 3_600_000;

/** A node that fell silent before is not spoken of any more, in ms. */
export const SILENT_FOR_MS = 86_400_000;
