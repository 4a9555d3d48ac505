import type { Run } from './answers.js';
import { duration, errorText, facts, instant } from './words.js';

/** All that matters of one run, for people. */
export function runFacts(run: Run): string[] {
  const { percent, note } = run.progress ?? { percent: null, note: null };
  return facts({
    run: run.id,
    job: run.jobId,
    task: run.task,
    state: run.reason === null ? run.state : `${run.state} (${run.reason})`,
    held: run.held,
    cause: run.cause,
    'fire time': instant(run.fireAt),
    started: run.startedAt && instant(run.startedAt),
    finished: run.finishedAt && instant(run.finishedAt),
    took: run.durationMs === null ? null : duration(run.durationMs),
    'late by': run.lagMs === null ? null : duration(run.lagMs),
    attempt: String(run.attempt),
    node: run.nodeId,
    progress: percent === null ? null : `${percent} %${note === null ? '' : ` ${note}`}`,
    asked: run.asked ? `by ${run.asked.by} at ${instant(run.asked.at)}` : null,
    'retry of': run.retryOf,
    error: errorText(run.error),
    result: run.result === null ? null : JSON.stringify(run.result),
  });
}
