import type { TasksEvent, TasksEventName } from '../domain/events.js';
import type { Log } from '../domain/log.js';
import { runError } from '../runner/outcome-of.js';

/** One who listens. Whatever it does, whoever calls it goes on. */
export class EventListener {
  private hasFailed = false;

  constructor(
    private readonly name: TasksEventName | '*',
    private readonly listener: (event: TasksEvent) => unknown,
    private readonly log: Pick<Log, 'error'>,
  ) {}

  hears(name: TasksEventName): boolean {
    return this.name === '*' || this.name === name;
  }

  call(event: TasksEvent): void {
    try {
      const returned = this.listener(event);
      if (isThenable(returned)) returned.then(undefined, (error) => this.tell(event, error));
    } catch (error) {
      this.tell(event, error);
    }
  }

  /** Once: a listener that fails may do so at each event. */
  private tell({ name }: TasksEvent, error: unknown): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    const { name: type, message, stack = `${type}: ${message}` } = runError(error);
    this.log.error(
      `A listener for "${this.name}" failed at "${name}": ${stack}. It is called again, and its ` +
        'further errors are not told. Catch them in the listener.',
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return 'then' in value && typeof value.then === 'function';
}
