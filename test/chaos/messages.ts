import type { JobPatchInput, NewJobInput } from 'carillon';
import type { Arming } from './failpoints.js';

/** What the driver asks of a node. */
export type Ask =
  | { readonly do: 'arm'; readonly armings: readonly Arming[]; readonly seed: number }
  /** Keeps the event loop busy. */
  | { readonly do: 'spin'; readonly ms: number }
  | { readonly do: 'add'; readonly job: NewJobInput }
  | { readonly do: 'pause' | 'remove' | 'run'; readonly jobId: string }
  | { readonly do: 'resume'; readonly jobId: string; readonly misses: 'skip' | 'once' }
  | { readonly do: 'edit'; readonly jobId: string; readonly patch: JobPatchInput }
  | { readonly do: 'cancel'; readonly runId: string }
  /** Cancels a run in a transaction of the host, which stays open for so long and is rolled back. */
  | { readonly do: 'hold-cancelled'; readonly runId: string; readonly ms: number }
  | { readonly do: 'break-logger'; readonly ms: number }
  | { readonly do: 'pause-cluster' | 'resume-cluster' }
  /** Answered with its `Readiness`. */
  | { readonly do: 'status' };

/** Why a node says that it is not ready; null: it is. */
export type Readiness = string | null;

export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

/** The node's answer; `code` is that of a `TasksError`. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failed?: { readonly code: string; readonly message: string };
}
