import { Injectable } from '@nestjs/common';
import type { Figures } from '../domain/figures.js';
import type { Role } from '../tasks.options.js';

/** What this node is doing, for health checks and for whoever asks over HTTP. */
@Injectable()
export class NodeStatus {
  /** Fresh at each start. */
  id = '';
  name = '';
  /** Of the host's code. */
  version = '';
  roles: readonly Role[] = [];
  /** The engine is at work. */
  running = false;
  isLeader = false;
  /** `session`: hears wake-ups at once; `pooler`: polls; null until the database was reached. */
  mode: 'session' | 'pooler' | null = null;
  /** Tasks of active jobs that no live worker knows. */
  unknownTasks: readonly string[] = [];
  /** Why this node is not ready to work; null: it is. */
  notReady: string | null = 'starting';
  /** Why it does not do its work although it is ready, as its loops tell; null: it does. */
  trouble: () => string | null = () => null;
  /** When its last sign of life got through; null: none has. */
  beatAt: Date | null = null;
  /** Hears what the engine has counted. Default: nobody does. */
  hearFigures: (figures: Figures) => void = () => undefined;
}
