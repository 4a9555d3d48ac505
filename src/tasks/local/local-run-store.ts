import {
  JobNotFoundError,
  OverlappedError,
  RunNotFoundError,
  WrongStateError,
} from '../domain/errors.js';
import type { Run, RunAttempt, RunLine } from '../domain/run.js';
import type { Page } from '../store/page.js';
import { RunStore, type RunQuery } from '../store/run-store.js';
import type { LocalNode } from './local-node.js';
import { localPage } from './local-page.js';
import type { LocalRun } from './local-run.js';

/** The ledger of one process, as it is read. */
export class LocalRunStore extends RunStore {
  constructor(private readonly node: LocalNode) {
    super();
  }

  async get(id: string): Promise<Run | null> {
    return this.node.ledger.get(id)?.toRun() ?? null;
  }

  async list(query: RunQuery): Promise<Page<Run>> {
    const runs = this.node.ledger.all().map((run) => run.toRun());
    const fitting = runs.filter((run) => fits(run, query));
    return localPage(fitting, query, ({ id }) => id);
  }

  async attempts(id: string): Promise<readonly RunAttempt[]> {
    return this.run(id).attempts;
  }

  /** Lines are written to the process's own log only. */
  async lines(id: string): Promise<readonly RunLine[]> {
    this.run(id);
    return [];
  }

  async cancel(id: string): Promise<Run> {
    const run = this.run(id);
    if (run.hasEnded)
      throw new WrongStateError(`Run ${id} has ended already. There is nothing to cancel.`);
    this.node.gate.cancel(this.node.jobs.get(run.made.jobId), run);
    return run.toRun();
  }

  async retry(id: string): Promise<Run> {
    const run = this.run(id);
    if (!run.hasEnded) throw new WrongStateError(`Run ${id} has not ended. Cancel it first.`);
    const { jobId, payload } = run.made;
    const job = this.node.jobs.get(jobId);
    if (!job) throw new JobNotFoundError(jobId);
    const ask = { cause: 'retry', payload, retryOf: id } as const;
    const again = this.node.gate.fire(job, this.node.clock.now(), ask)?.run ?? run;
    const [live] = job.live;
    if (again.state === 'skipped') throw new OverlappedError(jobId, live?.made.id ?? '');
    return again.toRun();
  }

  private run(id: string): LocalRun {
    const run = this.node.ledger.get(id);
    if (!run) throw new RunNotFoundError(id);
    return run;
  }
}

function fits(run: Run, { job, task, node, state, cause, from, to }: RunQuery): boolean {
  return (
    (job === undefined || run.jobId === job) &&
    (task === undefined || run.task === task) &&
    (node === undefined || run.nodeId === node) &&
    (state === undefined || run.state === state) &&
    (cause === undefined || run.cause === cause) &&
    (from === undefined || run.fireAt >= from) &&
    (to === undefined || run.fireAt < to)
  );
}
