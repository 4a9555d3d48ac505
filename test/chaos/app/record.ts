import { openSync, writeSync } from 'node:fs';
import { TaskContext } from 'carillon';
import { trueNow } from './clock-skew.js';

const file = openSync(process.env['RECORD'] ?? '/dev/null', 'a');

/**
 * A line outside the database: what a handler knows of itself, and by the true clock.
 *
 * @param signal why its signal was aborted
 */
export function record(
  nodeId: string,
  what: 'start' | 'succeeded' | 'failed',
  signal?: string,
): void {
  const { runId, jobId, fireAt, attempt } = TaskContext.current()!;
  const of = { runId, jobId, fireAt: fireAt.toISOString(), attempt, nodeId };
  const line = { what, ...of, at: trueNow(), signal };
  // One write of one line: with O_APPEND, those of other processes cannot come in between.
  writeSync(file, `${JSON.stringify(line)}\n`);
}
