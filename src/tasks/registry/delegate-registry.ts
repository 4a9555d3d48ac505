import { SchedulerRegistry } from '@nestjs/schedule';

/**
 * Makes `other` a second door to `registry`: what it holds moves there, and every method of it
 * answers from there. Whoever had either of them injected sees the same entries.
 */
export function delegateRegistry(other: SchedulerRegistry, registry: SchedulerRegistry): void {
  if (Object.hasOwn(other, 'addCronJob')) return;
  moveEntries(other, registry);
  for (const name of Object.getOwnPropertyNames(SchedulerRegistry.prototype)) {
    const method: unknown = Reflect.get(registry, name);
    if (name === 'constructor' || typeof method !== 'function') continue;
    Reflect.set(other, name, (...args: unknown[]): unknown => {
      const target = Reflect.get(registry, name) as (...args: unknown[]) => unknown;
      return target.apply(registry, args);
    });
  }
}

/** There are entries this early only if the host added some itself while it was being built. */
function moveEntries(from: SchedulerRegistry, to: SchedulerRegistry): void {
  for (const [name, job] of from.getCronJobs()) to.addCronJob(name, job);
  for (const name of from.getIntervals()) to.addInterval(name, from.getInterval(name));
  for (const name of from.getTimeouts()) to.addTimeout(name, from.getTimeout(name));
}
