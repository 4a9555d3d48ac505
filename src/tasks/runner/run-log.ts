import type { Log } from '../domain/log.js';
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

  started({ jobId, fireAt, runId }: ClaimedRun): void {
    this.log.log(`Running ${jobId} (scheduled at ${fireAt.toISOString()}), run ${runId}.`);
  }

  ended(
    { run: { jobId, runId }, outcome: { state, error, retryInMs }, tookMs }: Ended,
    next: Date | null,
  ): void {
    const again = retryInMs === undefined ? '' : `tried again in ${retryInMs} ms, `;
    const after = next ? `next at ${next.toISOString()}` : 'no next fire time';
    const line = `${jobId} ${state} after ${tookMs} ms, run ${runId}; ${again}${after}.`;
    if (state === 'succeeded') this.log.log(line);
    else if (state === 'cancelled') this.log.warn(`${line} ${error?.message}`);
    else this.log.error(`${line} ${error?.stack ?? error?.message}`);
  }

  lost({ jobId, runId }: ClaimedRun, reason: string): void {
    this.log.warn(`Run ${runId} of ${jobId} no longer belongs to this node: ${reason}.`);
  }

  late({ run: { jobId, runId }, outcome: { state } }: Ended): void {
    this.log.warn(
      `${jobId} ended as ${state}, but run ${runId} had been abandoned before; the ledger ` +
        `keeps that.`,
    );
  }

  resultLost({ jobId, runId }: ClaimedRun, reason: string): void {
    this.log.warn(`The result of ${jobId}, run ${runId}, is not kept: ${reason}.`);
  }

  ignored({ jobId, runId }: ClaimedRun, graceMs: number): void {
    this.log.warn(
      `${jobId} did not end within ${graceMs} ms of its signal, run ${runId}: it is still running and keeps ` +
        'its slot. Let the handler look at the signal of its context.',
    );
  }

  returned({ jobId, runId }: ClaimedRun): void {
    this.log.log(`The handler of ${jobId} has finally ended, run ${runId}.`);
  }

  aborting(runs: number, graceMs: number): void {
    this.log.warn(`Stopping: ${runs} runs are still running after ${graceMs} ms and are aborted.`);
  }
}
