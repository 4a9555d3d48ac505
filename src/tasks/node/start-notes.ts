import type { Log } from '../domain/log.js';
import { differences } from '../registry/differences.js';
import type { TaskRegistry } from '../registry/task-registry.js';

/** What a host is told once, when its node has started. */
export class StartNotes {
  private isTold = false;

  constructor(
    private readonly registry: TaskRegistry,
    private readonly log: Log,
  ) {}

  /** @param ownsProcess whether the process is the host's own: a test has many nodes in one */
  tell(ownsProcess: boolean): void {
    if (this.isTold) return;
    this.isTold = true;
    this.tellDifferences();
    // By now the host has done what it does about them, be it by Nest's hooks or on its own.
    if (ownsProcess && process.listenerCount('SIGTERM') === 0) {
      this.log.warn(
        'This process does not listen for SIGTERM: a stop kills it in the midst of its runs, which are ' +
          'abandoned once it counts as dead. Call app.enableShutdownHooks() before app.listen().',
      );
    }
  }

  private tellDifferences(): void {
    const told = differences(this.registry.all());
    if (told.length === 0) return;
    this.log.log(
      `Other than with @nestjs/schedule alone: ${told.join('; ')}. src/tasks/README.md of the package ` +
        'has the remedies.',
      { event: 'node.differences' },
    );
  }
}
