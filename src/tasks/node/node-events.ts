import { tasksEvent, type TasksEvent } from '../domain/events.js';
import type { ToRunner } from '../engine/messages.js';

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
