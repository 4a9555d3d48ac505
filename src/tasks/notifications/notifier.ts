import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../domain/clock.js';
import { alarmsOf, sendAgainMs } from '../domain/problems/alarms.js';
import { within } from '../domain/within.js';
import { Loop } from '../engine/loop.js';
import { NodeStatus } from '../node/node-status.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { ClusterProblems } from '../service/cluster-problems.js';
import { AlarmStore, MAX_SENT, type Notification } from '../store/alarm-store.js';
import { TasksNotificationsOptions } from './tasks-notifications.options.js';
import { targetsOf, type Send } from './targets.js';

/** A stop does not wait longer for a function of the host, in ms. */
const STOP_MS = 2_000;

/**
 * Tells of problems: when each begins, and when it is over. The store remembers what is told and to whom
 * (`store/alarm-store.ts`), so it does not matter which node looks, or whether it lives to send it. It needs no leader:
 * that there is none is one of the things to tell.
 *
 * While the database is away nobody can tell anything. For that there are readiness, and dead man's switches.
 */
@Injectable()
export class Notifier implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new TasksLogger('TasksNotifications');
  private readonly targets: ReadonlyMap<string, Send>;
  private readonly loop: Loop;
  /** It is this node's turn to look, and it has not yet. */
  private owesLook = false;
  /** Targets that could not be told at the last try. */
  private readonly unreached = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly options: TasksNotificationsOptions,
    private readonly alarms: AlarmStore,
    private readonly problems: ClusterProblems,
    private readonly status: NodeStatus,
    private readonly clock: Clock,
  ) {
    this.targets = targetsOf(options, clock);
    this.loop = new Loop('telling of problems', clock, this.logger, () => this.turn());
  }

  onApplicationBootstrap(): void {
    if (this.targets.size > 0) this.loop.start();
  }

  /** What is on its way is given up: another node sends it again, or this one at its next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort('the node stops');
    await within(this.clock, STOP_MS, this.loop.stop());
  }

  private async turn(): Promise<number> {
    const { everyMs } = this.options;
    if (!this.status.running) return everyMs;
    // What is known is told, also where the look fails.
    const failed = await this.look(everyMs).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    const sent = await this.sendAll();
    if (failed) throw failed.error;
    return sent === MAX_SENT ? 0 : everyMs;
  }

  private async look(everyMs: number): Promise<void> {
    // A little less, or a node that comes round on time would find that it is too early.
    this.owesLook ||= await this.alarms.takeTurn(everyMs * 0.9);
    // What is wrong with this node no other one sees.
    if (!this.owesLook && this.status.trouble() === null) return;
    const { problems } = await this.problems.judge();
    await this.alarms.see(alarmsOf(problems), everyMs);
    await this.alarms.close(this.options.recoveredAfterMs);
    this.owesLook = false;
  }

  /** How many. */
  private async sendAll(): Promise<number> {
    const targets = [...this.targets.keys()];
    await this.alarms.tell(targets, this.options);
    const taken = await this.alarms.take(targets);
    const now = this.clock.now();
    await Promise.all(taken.map((notification) => this.send(notification, now)));
    return taken.length;
  }

  private async send(notification: Notification, now: Date): Promise<void> {
    const { id, target, attempts, ageMs } = notification;
    try {
      await this.targets.get(target)!(notification, now, this.stopping.signal);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      const againMs = sendAgainMs(attempts, ageMs);
      this.tellUnreached(target, reason, againMs);
      return this.alarms.failed(id, reason, againMs);
    }
    if (this.unreached.delete(target)) {
      this.logger.log(`"${target}" hears of problems again.`, {
        event: 'notification.recovered',
        target,
      });
    }
    await this.alarms.sent(id);
  }

  private tellUnreached(target: string, reason: string, againMs: number | null): void {
    if (againMs === null) {
      this.logger.error(
        `"${target}" was not told of a problem for a day: ${reason}. It is given up.`,
        {
          event: 'notification.given-up',
          target,
          reason,
        },
      );
    } else if (!this.unreached.has(target)) {
      this.unreached.add(target);
      this.logger.warn(`"${target}" cannot be told of a problem: ${reason}. It is tried again.`, {
        event: 'notification.failed',
        target,
        reason,
      });
    }
  }
}
