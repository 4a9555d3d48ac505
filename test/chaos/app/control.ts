import type { INestApplicationContext } from '@nestjs/common';
import { NodeStatus, TasksError, TasksService, type TasksModuleOptions } from 'carillon';
import type { Failpoints } from '../failpoints.js';
import type { Answer, Ask, Asked, Readiness } from '../messages.js';
import { trueNow } from './clock-skew.js';
import type { FaultyLogger } from './faulty-logger.js';
import { holdCancelled } from './host-database.js';

/** What the driver can have something done to. */
export interface Host {
  readonly app: INestApplicationContext;
  readonly failpoints: Failpoints;
  readonly logger: FaultyLogger;
  readonly options: TasksModuleOptions;
}

/** Does what the driver asks, and ends this process when the driver is gone. */
export function obey(host: Host): void {
  process.on('disconnect', () => process.exit(1));
  process.on('message', (asked: Asked) => {
    act(asked.ask, host).then(
      (value) => answer({ id: asked.id, value }),
      (error: unknown) => answer({ id: asked.id, failed: reasonOf(error) }),
    );
  });
}

function answer(message: Answer): void {
  if (process.connected) process.send?.(message);
}

async function act(ask: Ask, { app, failpoints, logger, options }: Host): Promise<unknown> {
  const tasks = app.get(TasksService);
  switch (ask.do) {
    case 'arm':
      return failpoints.arm(ask.armings, ask.seed);
    case 'spin':
      return spin(ask.ms);
    case 'add':
      await tasks.addJob(ask.job);
      return;
    case 'pause':
      await tasks.pauseJob(ask.jobId);
      return;
    case 'resume':
      await tasks.resumeJob(ask.jobId, ask.misses);
      return;
    case 'edit':
      await tasks.modifyJob(ask.jobId, ask.patch);
      return;
    case 'remove':
      return tasks.removeJob(ask.jobId);
    case 'run':
      await tasks.runJob(ask.jobId);
      return;
    case 'cancel':
      await tasks.cancelRun(ask.runId);
      return;
    case 'hold-cancelled':
      return holdCancelled(tasks, options, ask);
    case 'break-logger':
      return logger.breakFor(ask.ms);
    case 'status':
      return readiness(app.get(NodeStatus));
    case 'pause-cluster':
      return tasks.pause();
    case 'resume-cluster':
      return tasks.resume();
  }
}

/** As the health check tells it. */
const readiness = ({ notReady, trouble }: NodeStatus): Readiness => notReady ?? trouble();

function spin(ms: number): void {
  const until = trueNow().getTime() + ms;
  while (trueNow().getTime() < until);
}

function reasonOf(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof TasksError ? error.code : 'error', message };
}
