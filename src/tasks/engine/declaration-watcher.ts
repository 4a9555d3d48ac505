import type { Clock } from '../domain/clock.js';
import type { Heartbeat } from '../store/node-roster.js';
import type { ToRunner } from './messages.js';

/**
 * Passes on what heartbeats say of tasks that nobody knows, when that changes, and of declarations
 * that nobody else keeps in force.
 *
 * After an outage every node looks silent, and the first to be heard of would put its declarations in
 * the place of newer ones. So a declaration is taken over only when this node has been answered, without
 * a break, for as long as makes a node dead: whoever is alive has been heard of by then.
 */
export class DeclarationWatcher {
  private unknown: readonly string[] = [];
  private answeredSince: number | null = null;

  constructor(
    private readonly deadAfterMs: number,
    private readonly clock: Clock,
    private readonly tell: (message: ToRunner) => void,
  ) {}

  /** @param heartbeat null: there was no answer */
  heard(heartbeat: Pick<Heartbeat, 'unknownTasks' | 'toAdopt'> | null): void {
    if (heartbeat === null) {
      this.answeredSince = null;
      return;
    }
    const { unknownTasks: tasks, toAdopt: jobs } = heartbeat;
    if (tasks.join('\n') !== this.unknown.join('\n')) {
      this.unknown = tasks;
      this.tell({ type: 'unknown-tasks', tasks });
    }
    this.answeredSince ??= this.clock.monotonic();
    const sure = this.clock.monotonic() - this.answeredSince >= this.deadAfterMs;
    if (jobs.length > 0 && sure) this.tell({ type: 'adopt', jobs });
  }
}
