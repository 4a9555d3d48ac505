import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ClusterNode } from './cluster-node.js';
import { Clock } from './domain/clock.js';
import { NodeStatus } from './node-status.js';
import { ScheduleNeutraliser } from './registry/schedule-neutraliser.js';
import { TaskExplorer } from './registry/task-explorer.js';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;

/**
 * When what happens in the life of the application: methods are found when all modules are made, work
 * begins after the last of them has been set up, and ends before the first of them is torn down.
 */
@Injectable()
export class TasksLifecycle
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger('Tasks');
  private readonly stopping = new AbortController();
  private beginning: Promise<void> | null = null;
  private ending: Promise<void> | null = null;

  constructor(
    private readonly node: ClusterNode,
    private readonly status: NodeStatus,
    private readonly explorer: TaskExplorer,
    private readonly neutraliser: ScheduleNeutraliser,
    private readonly clock: Clock,
    modules: ModulesContainer,
  ) {
    beLastToBootstrap(modules);
  }

  onModuleInit(): void {
    this.neutraliser.neutralise();
    this.explorer.explore();
  }

  /** Not awaited: the application serves its health checks while the database is away. */
  onApplicationBootstrap(): void {
    this.beginning ??= this.begin();
  }

  onModuleDestroy(): Promise<void> {
    return this.end();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.end();
  }

  private async begin(): Promise<void> {
    for (let ms = FIRST_RETRY_MS; !this.stopping.signal.aborted;) {
      try {
        await this.node.begin();
        this.logger.log(`Node ${this.status.name} (${this.status.id}) is at work.`);
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason !== this.status.notReady) {
          this.logger.warn(`Not ready, trying again until it works: ${reason}`);
        }
        this.status.notReady = reason;
      }
      await this.clock.sleep(ms, this.stopping.signal);
      ms = Math.min(ms * 2, LONGEST_RETRY_MS);
    }
  }

  private end(): Promise<void> {
    this.stopping.abort();
    this.ending ??= (this.beginning ?? Promise.resolve()).then(() => this.node.end());
    return this.ending;
  }
}

/**
 * Nest calls the bootstrap hooks of global modules first and their destroy hooks last, so handlers
 * would run before the rest of the application is ready and after it is gone. The distance decides;
 * with this one it is the other way round.
 */
function beLastToBootstrap(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    if (module.providers.has(TasksLifecycle)) module.distance = -1;
  }
}

/** Several addresses of one host fail together, and the error of all has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
