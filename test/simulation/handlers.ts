import type { Clock } from '../../src/tasks/domain/clock.js';
import type { TaskHandler } from '../../src/tasks/registry/task-context.js';
import type { Random } from './random.js';
import type { Recorder } from './recorder.js';

/** Handlers of all sorts: quick and slow, that fail, and that heed their signal or do not. */
export function simulatedHandler(
  recorder: Recorder,
  clock: Clock,
  random: Random,
  nodeId: string,
): TaskHandler {
  return async (_payload, context) => {
    const { runId, jobId, fireAt, attempt, signal } = context;
    const start = recorder.started({ runId, jobId, fireAt, attempt, nodeId });
    const tookMs = random.chance(0.1) ? random.between(1_000, 15_000) : random.wait(150);
    const heeds = random.chance(0.5);
    const fails = random.chance(0.1);
    await clock.sleep(tookMs, heeds ? signal : undefined);
    const failed = fails || (heeds && signal.aborted);
    recorder.ended({ ...start, state: failed ? 'failed' : 'succeeded' });
    if (failed) throw new Error('this handler fails');
  };
}
