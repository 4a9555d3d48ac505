import { openSync, writeSync } from 'node:fs';
import { TaskContext } from 'carillon';
import { trueNow } from './clock-skew.js';

const file = openSync(process.env['RECORD'] ?? '/dev/null', 'a');

/** A line outside the database: what a handler knows of itself, and by the true clock. */
export function record(nodeId: string, what: 'start' | 'succeeded' | 'failed'): void {
  const { runId, jobId, fireAt, attempt } = TaskContext.current()!;
  const line = { what, runId, jobId, fireAt: fireAt.toISOString(), attempt, nodeId, at: trueNow() };
  // One write of one line: with O_APPEND, those of other processes cannot come in between.
  writeSync(file, `${JSON.stringify(line)}\n`);
}
