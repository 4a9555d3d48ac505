import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../domain/clock.js';
import { alarmsOf, failingFor, sendAgainMs } from '../domain/problems/alarms.js';
import type { Problem } from '../domain/problems/situation.js';
import { within } from '../domain/within.js';
import { Loop } from '../engine/loop.js';
import { NodeStatus } from '../node/node-status.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { ClusterProblems } from '../service/cluster-problems.js';
import { AlarmStore, MAX_SENT, type Notification } from '../store/alarm-store.js';
import { RunStore } from '../store/run-store.js';
import { TasksNotificationsOptions } from './tasks-notifications.options.js';
import { targetsOf, type Send } from './targets.js';

/** The last runs of a job that are looked at, for how often it has failed in a row. */
const MAX_LOOKED_AT = 20;

/** A stop does not wait longer for a function of the host, in ms. */
const STOP_MS = 2_000;

const FAILED = ['failed', 'timed-out', 'abandoned'];
const NO_OUTCOME = ['skipped', 'pending', 'running', 'cancelled'];

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
  /** Targets that could not be told at the last try. */
  private readonly unreached = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly options: TasksNotificationsOptions,
    private readonly alarms: AlarmStore,
    private readonly problems: ClusterProblems,
    private readonly runs: RunStore,
    private readonly status: NodeStatus,
    private readonly clock: Clock,
  ) {
    this.targets = targetsOf(options);
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
    // A little less, or a node that comes round on time would find that it is too early.
    const isTurn = await this.alarms.takeTurn(everyMs * 0.9);
    // What is wrong with this node no other one sees.
    if (isTurn || this.status.trouble() !== null) await this.look();
    const taken = await this.alarms.take([...this.targets.keys()]);
    const now = this.clock.now();
    await Promise.all(taken.map((notification) => this.send(notification, now)));
    return taken.length === MAX_SENT ? 0 : everyMs;
  }

  private async look(): Promise<void> {
    const { severities, recoveredAfterMs } = this.options;
    const { problems } = await this.problems.judge();
    const told = problems.filter(({ severity }) => severities.includes(severity));
    const targets = [...this.targets.keys()];
    await this.alarms.raise(alarmsOf(await this.withoutRare(told)), targets);
    await this.alarms.recover(recoveredAfterMs, targets);
  }

  /** Without jobs that have failed, but not often enough in a row. */
  private async withoutRare(problems: readonly Problem[]): Promise<readonly Problem[]> {
    const { failuresInARow: times } = this.options;
    const failing = problems.find(({ kind }) => kind === 'failing');
    if (times <= 1 || !failing) return problems;
    const jobs = failing.jobs.map(({ id }) => id);
    const latest = await this.runs.latestOf(jobs, 0, MAX_LOOKED_AT);
    const inARow = new Map<string, number>();
    for (const [jobId, { brief }] of latest) {
      const ended = brief.filter(({ state }) => !NO_OUTCOME.includes(state));
      const firstGood = ended.findIndex(({ state }) => !FAILED.includes(state));
      inARow.set(jobId, firstGood < 0 ? ended.length : firstGood);
    }
    return failingFor(problems, times, inARow);
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
