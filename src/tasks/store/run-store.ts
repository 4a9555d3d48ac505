import type { Run, RunCause, RunState } from '../domain/run.js';
import type { Page, PageQuery } from './page.js';

export interface RunQuery extends PageQuery {
  readonly job?: string;
  readonly task?: string;
  readonly node?: string;
  readonly state?: RunState;
  readonly cause?: RunCause;
  /** Fire times from this instant on. */
  readonly from?: Date;
  /** Fire times before this instant. */
  readonly to?: Date;
}

/** The ledger as it is read: newest first. */
export abstract class RunStore {
  abstract get(id: string): Promise<Run | null>;
  abstract list(query: RunQuery): Promise<Page<Run>>;
}
