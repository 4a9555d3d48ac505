import type { Log, LogFields } from '../domain/log.js';
import { errorInFull } from './line-of.js';
import type { ClaimedRun, Outcome } from '../store/run-queue.js';

/** What became of a run, as the runner knows it. */
export interface Ended {
  readonly run: ClaimedRun;
  readonly outcome: Outcome;
  readonly tookMs: number;
}

/** The lines that an operator reads: two for each run. */
export class RunLog {
  constructor(private readonly log: Log) {}

  started(run: ClaimedRun): void {
    const { jobId, fireAt, runId } = run;
    const line = `Running ${jobId} (scheduled at ${fireAt.toISOString()}), run ${runId}.`;
    this.log.log(line, fieldsOf('run.started', run));
  }

  ended({ run, outcome: { state, error, retryInMs }, tookMs }: Ended, next: Date | null): void {
    const { jobId, runId } = run;
    const again = retryInMs === undefined ? '' : `tried again in ${retryInMs} ms, `;
    const after = next ? `next at ${next.toISOString()}` : 'no next fire time';
    const line = `${jobId} ${state} after ${tookMs} ms, run ${runId}; ${again}${after}.`;
    const fields = { ...fieldsOf(`run.${state}`, run), tookMs, retryInMs: retryInMs ?? null };
    if (state === 'succeeded') this.log.log(line, fields);
    else if (state === 'cancelled') this.log.warn(`${line} ${error?.message}`, fields);
    else this.log.error(`${line} ${error ? errorInFull(error) : ''}`, fields);
  }

  lost(run: ClaimedRun, reason: string): void {
    const line = `Run ${run.runId} of ${run.jobId} no longer belongs to this node: ${reason}.`;
    this.log.warn(line, { ...fieldsOf('run.lost', run), reason });
  }

  late({ run, outcome: { state } }: Ended): void {
    this.log.warn(
      `${run.jobId} ended as ${state}, but run ${run.runId} had been abandoned before; the ledger ` +
        `keeps that.`,
      { ...fieldsOf('run.late', run), state },
    );
  }

  resultLost(run: ClaimedRun, reason: string): void {
    const line = `The result of ${run.jobId}, run ${run.runId}, is not kept: ${reason}.`;
    this.log.warn(line, { ...fieldsOf('run.result-lost', run), reason });
  }

  ignored(run: ClaimedRun, graceMs: number): void {
    this.log.warn(
      `${run.jobId} did not end within ${graceMs} ms of its signal, run ${run.runId}: it is still ` +
        'running and keeps its slot. Let the handler look at the signal of its context.',
      fieldsOf('run.signal-ignored', run),
    );
  }

  returned(run: ClaimedRun): void {
    const line = `The handler of ${run.jobId} has finally ended, run ${run.runId}.`;
    this.log.log(line, fieldsOf('run.handler-ended', run));
  }

  aborting(runs: number, graceMs: number): void {
    const line = `Stopping: ${runs} runs are still running after ${graceMs} ms and are aborted.`;
    this.log.warn(line, { event: 'node.aborting', count: runs });
  }
}

const fieldsOf = (event: string, { jobId, runId, attempt, task }: ClaimedRun): LogFields => ({
  event,
  jobId,
  runId,
  attempt,
  task,
});
