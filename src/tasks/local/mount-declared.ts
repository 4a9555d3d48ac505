import { DISABLED_IN_CODE } from '../registry/code-pause.js';
import type { StockDeclaration } from '../registry/stock-declaration.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { LocalCronJob } from './local-cron-job.js';
import { LocalJob, type LocalDefinition } from './local-job.js';
import type { LocalNode } from './local-node.js';
import { after, every } from './native-timers.js';

/** Gives a declared job its timer, and puts that into the registry as `@nestjs/schedule` does. */
export function mountDeclared(
  declared: DeclaredJob,
  stock: StockDeclaration,
  node: LocalNode,
): LocalJob {
  const now = node.clock.now();
  const job = new LocalJob(definitionOf(declared, now), now);
  if (stock.kind === 'cron') mountCron(job, stock, node, declared.paused);
  else if (stock.kind === 'interval') mountInterval(job, msOf(stock), node);
  else mountTimeout(job, msOf(stock), node);
  return job;
}

function definitionOf({ hash: _hash, paused: _paused, ...declared }: DeclaredJob, now: Date) {
  const { trigger, tags, payload } = declared;
  const definition: LocalDefinition = {
    ...declared,
    tags: [...tags],
    payload: payload as LocalDefinition['payload'],
    deleteWhenDone: false,
    trigger: trigger.type === 'start' ? dateAfter(now, trigger.delayMs) : trigger,
  };
  return definition;
}

const dateAfter = (now: Date, ms: number) =>
  ({ type: 'date', at: new Date(now.getTime() + ms).toISOString() }) as const;

function mountCron(job: LocalJob, stock: StockDeclaration, node: LocalNode, off: boolean): void {
  const { cronTime, unrefTimeout, waitForCompletion, threshold, initialDelay } = stock.options;
  const options = {
    unrefTimeout: unrefTimeout === true,
    waitForCompletion: waitForCompletion === true,
    threshold: typeof threshold === 'number' ? threshold : undefined,
  };
  const timer = LocalCronJob.for(job, node.gate, node.clock, cronTime, options);
  job.timer = timer;
  node.mount(job.id, timer);
  if (off) job.pause(DISABLED_IN_CODE, node.clock.now());
  else if (typeof initialDelay === 'number' && initialDelay > 0) timer.startAfter(initialDelay);
  else timer.start();
}

function mountInterval(job: LocalJob, ms: number, node: LocalNode): void {
  let next = node.clock.now().getTime() + ms;
  const handle = every(ms, () => {
    const fireAt = new Date(next);
    next += ms;
    node.gate.fire(job, fireAt);
  });
  node.scheduler.addInterval(job.id, handle);
  const stop = () => {
    clearInterval(handle);
    if (node.scheduler.doesExist('interval', job.id)) node.scheduler.deleteInterval(job.id);
  };
  job.timer = { nextFireAt: () => new Date(next), pause() {}, resume() {}, stop };
}

function mountTimeout(job: LocalJob, ms: number, node: LocalNode): void {
  let at: Date | null = new Date(node.clock.now().getTime() + ms);
  const handle = after(ms, () => {
    const fireAt = at!;
    at = null;
    node.gate.fire(job, fireAt);
  });
  // It stays there once it has rung, as it always has.
  node.scheduler.addTimeout(job.id, handle);
  const stop = () => {
    clearTimeout(handle);
    if (node.scheduler.doesExist('timeout', job.id)) node.scheduler.deleteTimeout(job.id);
  };
  job.timer = { nextFireAt: () => at, pause() {}, resume() {}, stop };
}

const msOf = ({ options }: StockDeclaration) => Number(options['timeout']);
