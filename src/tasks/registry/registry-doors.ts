import type { SchedulerRegistry } from '@nestjs/schedule';
import type { CronJob } from 'cron';

/** What whoever stands behind a registry wants to know of. */
export interface RegistryWatcher {
  /** A host adds a cron job of its own; its name is free. */
  cronJobAdded(name: string, job: CronJob): void;
  cronJobAsked(name: string): void;
  /** A host adds a handle of a timer that runs already. */
  handleAdded(kind: 'interval' | 'timeout', name: string): void;
  handleDeleted(name: string): void;
}

/** How entries of ours get in, past the watcher. */
export interface RegistryDoors {
  putCronJob(name: string, job: CronJob): void;
  putHandle(kind: 'interval' | 'timeout', name: string, handle: NodeJS.Timeout): void;
}

/**
 * Lets somebody watch what hosts do with a registry. The instance is changed and not its class, so two
 * applications in one process do not meet.
 */
export function watchRegistry(
  registry: SchedulerRegistry,
  watcher: RegistryWatcher,
): RegistryDoors {
  const add = registry.addCronJob.bind(registry);
  const get = registry.getCronJob.bind(registry);
  const handles = {
    interval: registry.addInterval.bind(registry),
    timeout: registry.addTimeout.bind(registry),
  };
  const deleteInterval = registry.deleteInterval.bind(registry);
  const deleteTimeout = registry.deleteTimeout.bind(registry);

  registry.addCronJob = (name, job) => {
    // A name that is taken is refused in the registry's own words.
    if (registry.doesExist('cron', name)) return add(name, job);
    watcher.cronJobAdded(name, job);
    registry.getCronJobs().set(name, job);
  };
  registry.getCronJob = (name) => {
    const job = get(name);
    watcher.cronJobAsked(name);
    return job;
  };
  registry.addInterval = <T>(name: string, handle: T) => {
    handles.interval(name, handle);
    watcher.handleAdded('interval', name);
  };
  registry.addTimeout = <T>(name: string, handle: T) => {
    handles.timeout(name, handle);
    watcher.handleAdded('timeout', name);
  };
  registry.deleteInterval = (name) => {
    deleteInterval(name);
    watcher.handleDeleted(name);
  };
  registry.deleteTimeout = (name) => {
    deleteTimeout(name);
    watcher.handleDeleted(name);
  };
  return {
    putCronJob: (name, job) => void registry.getCronJobs().set(name, job),
    putHandle: (kind, name, handle) => handles[kind](name, handle),
  };
}
