import type { Clock } from '../domain/clock.js';
import { tasksEvent, type TasksEvent } from '../domain/events.js';
import type { ToRunner } from '../engine/messages.js';
import type { Runner } from '../runner/runner.js';
import type { TasksEventBus } from '../service/task-events.js';
import type { Declarations } from './declarations.js';
import type { NodeStatus } from './node-status.js';
import { TasksLogger } from './tasks-logger.js';

/** What the engine tells of this node and of the cluster; what concerns runs is the runner's. */
export class EngineNews {
  private readonly logger = new TasksLogger('Tasks');
  private readonly asEvents: NodeEvents;

  constructor(
    private readonly status: NodeStatus,
    private readonly declarations: Declarations,
    private readonly events: TasksEventBus,
    private readonly clock: Clock,
  ) {
    this.asEvents = new NodeEvents(() => status.id);
  }

  hear(message: ToRunner, runner: Runner): void {
    const event = this.asEvents.of(message, this.clock.now());
    if (event) this.events.emit(event);
    switch (message.type) {
      case 'leads':
        this.status.isLeader = message.leads;
        return;
      case 'database':
        if (message.unreachable === null) this.status.beatAt = this.clock.now();
        if (message.figures) this.status.hearFigures(message.figures);
        return this.tellDatabase(message.unreachable);
      case 'unknown-tasks':
        return this.tellUnknown(message.tasks);
      case 'adopt':
        void this.declarations.adopt(message.jobs, this.status.id).catch((error: unknown) => {
          this.logger.error('The declarations of this node could not be brought back.', error);
        });
        return;
      default:
        return runner.handle(message);
    }
  }

  private tellDatabase(unreachable: string | null): void {
    if (!this.status.running) return;
    this.status.notReady = unreachable && `the database does not answer: ${unreachable}`;
  }

  private tellUnknown(tasks: readonly string[]): void {
    this.status.unknownTasks = tasks;
    if (tasks.length === 0)
      this.logger.log('Every task of an active job is known to a live worker.');
    else {
      this.logger.warn(
        `No live worker knows ${tasks.join(', ')}: runs of these tasks wait. Start a node whose code ` +
          `has them, or remove their jobs.`,
      );
    }
  }
}

/**
 * What an engine tells of itself, as events: only what has changed, as it tells some of it with each
 * heartbeat.
 */
export class NodeEvents {
  private leads = false;
  private unreachable = false;

  constructor(private readonly nodeId: () => string) {}

  of(message: ToRunner, at: Date): TasksEvent | null {
    const nodeId = this.nodeId();
    switch (message.type) {
      case 'event':
        return message.event;
      case 'leads':
        if (message.leads === this.leads) return null;
        this.leads = message.leads;
        return tasksEvent(message.leads ? 'leader.acquired' : 'leader.lost', at, { nodeId });
      case 'database': {
        const { unreachable: reason } = message;
        if ((reason !== null) === this.unreachable) return null;
        this.unreachable = reason !== null;
        return reason === null
          ? tasksEvent('database.back', at, {})
          : tasksEvent('database.lost', at, { reason });
      }
      default:
        return null;
    }
  }
}
