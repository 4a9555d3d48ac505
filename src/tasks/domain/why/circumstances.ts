import type { Job } from '../job.js';
import type { Run, RunState } from '../run.js';

/** All that decides when a job runs, read at one time. */
export interface Circumstances {
  readonly job: Job;
  /** Why this version cannot read the job; null: it can. */
  readonly unreadable: string | null;
  /** Newest first: its latest rows in the ledger, and whatever older runs of it are not over. */
  readonly runs: readonly Run[];
  readonly cluster: {
    readonly paused: boolean;
    readonly pauseReason: string | null;
    readonly pausedSince: Date | null;
  };
  /** Null while nobody leads. */
  readonly leader: { readonly nodeId: string | null };
  /** Those that are alive. */
  readonly nodes: readonly LiveNode[];
  /** The database's clock. */
  readonly now: Date;
}

export interface LiveNode {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** The tasks that it can run. */
  readonly tasks: readonly string[];
  /** Since when its event loop is blocked, so that it starts no run. Null or none: it is not. */
  readonly blockedSince?: Date | null;
  /** What blocks it, as far as is known. */
  readonly blockedBy?: string | null;
}

/** Of the runs that wait, so many are looked at: what waits behind them changes no answer. */
export const MAX_WAITING = 100;

export const workers = ({ nodes }: Circumstances): readonly LiveNode[] =>
  nodes.filter(({ roles }) => roles.includes('worker'));

/** The live workers that can run the job. */
export const ableWorkers = (c: Circumstances): readonly LiveNode[] =>
  workers(c).filter(({ tasks }) => tasks.includes(c.job.task));

/** ` blocked since … by the task "Reports.daily"`, for a node; empty: its event loop comes round. */
export function howBlocked(node: LiveNode | undefined): string {
  if (!node?.blockedSince) return '';
  const by = node.blockedBy ? ` by ${node.blockedBy}` : '';
  return `blocked since ${node.blockedSince.toISOString()}${by}`;
}

export const runsIn = ({ runs }: Circumstances, state: RunState): readonly Run[] =>
  runs.filter((run) => run.state === state);

/** Going on: by the ledger, or beyond its time. Oldest first. */
export const goingOn = ({ runs }: Circumstances): readonly Run[] =>
  runs.filter(({ state, handlerAlive }) => state === 'running' || handlerAlive).toReversed();

/** The newest fire times, newest first, as far as all of them were skipped as overlapped. */
export function overlappedLast({ runs }: Circumstances): readonly Run[] {
  const fired = runs.filter(({ cause }) => cause === 'fired');
  const end = fired.findIndex(
    ({ state, reason }) => state !== 'skipped' || reason !== 'overlapped',
  );
  return end < 0 ? fired : fired.slice(0, end);
}

/** A node as people call it: by its name, while that tells it from the others. */
export function nodeLabel({ nodes }: Circumstances, id: string | null): string {
  const node = nodes.find((live) => live.id === id);
  if (!node) return `node ${id ?? 'unknown'}`;
  const isUnique = nodes.filter(({ name }) => name === node.name).length === 1;
  return isUnique ? `node ${node.name}` : `node ${node.name} (${node.id})`;
}
