import { randomUUID } from 'node:crypto';
import type { Alarm } from '../../../domain/problems/alarms.js';
import {
  AlarmStore,
  MAX_SENT,
  SENDING_MS,
  type Notification,
  type Wanted,
} from '../../alarm-store.js';
import type { MemoryDatabase } from '../database.js';
import type { NotificationRow } from './alarms.js';

export class MemoryAlarmStore extends AlarmStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async takeTurn(everyMs: number): Promise<boolean> {
    const now = this.time();
    const { alarms } = this.database;
    if (alarms.lookedAt <= now && alarms.lookedAt > now - everyMs) return false;
    alarms.lookedAt = now;
    return true;
  }

  async see(given: readonly Alarm[]): Promise<void> {
    const { open } = this.database.alarms;
    const openedAt = this.database.now();
    const seenAt = openedAt.getTime();
    for (const [key, row] of open) {
      const stays = ({ kind, key: seen }: Alarm) =>
        kind === row.alarm.kind && (kind === seen || kind === key);
      if (given.some(stays)) open.set(key, { ...row, seenAt });
    }
    for (const alarm of given) {
      const before = open.get(alarm.key) ?? { id: randomUUID(), openedAt };
      open.set(alarm.key, { ...before, alarm, seenAt });
    }
  }

  async close(unseenForMs: number): Promise<void> {
    const { open } = this.database.alarms;
    const since = this.time() - unseenForMs;
    for (const [key, { seenAt }] of open) if (seenAt < since) open.delete(key);
  }

  async tell(targets: readonly string[], { severities, failuresInARow }: Wanted): Promise<void> {
    const { open, notifications } = this.database.alarms;
    for (const { id, alarm, openedAt, seenAt } of open.values()) {
      const { severity, inARow, sureAfterMs } = alarm;
      const isEnough = (inARow ?? failuresInARow) >= failuresInARow;
      const isSure = seenAt >= openedAt.getTime() + sureAfterMs;
      if (!severities.includes(severity) || !isEnough || !isSure) continue;
      for (const target of targets)
        this.note({ alarmId: id, target, event: 'opened', alarm, openedAt });
    }
    const ids = new Set([...open.values()].map(({ id }) => id));
    for (const row of notifications.values()) {
      const { alarmId, target, event, alarm, openedAt, isSent, nextAt } = row;
      const wasTold = event === 'opened' && (isSent || nextAt !== null);
      if (!wasTold || ids.has(alarmId) || !targets.includes(target)) continue;
      this.note({ alarmId, target, event: 'recovered', alarm, openedAt });
    }
  }

  async take(targets: readonly string[]): Promise<readonly Notification[]> {
    const now = this.time();
    const waiting = [...this.database.alarms.notifications.values()].filter(
      ({ nextAt }) => nextAt !== null,
    );
    const isBehind = (row: NotificationRow) =>
      waiting.some(
        (before) =>
          before.target === row.target &&
          before.alarm.key === row.alarm.key &&
          (before.openedAt < row.openedAt ||
            (before.alarmId === row.alarmId && before.event < row.event)),
      );
    const due = waiting.filter(
      (row) => row.nextAt! <= now && targets.includes(row.target) && !isBehind(row),
    );
    return due.slice(0, MAX_SENT).map((row) => {
      row.attempts++;
      row.nextAt = now + SENDING_MS;
      return { ...row, ageMs: now - row.at.getTime() };
    });
  }

  async sent(id: string): Promise<void> {
    this.write(id, { nextAt: null, isSent: true });
  }

  async failed(id: string, _error: string, againInMs: number | null): Promise<void> {
    this.write(id, { nextAt: againInMs === null ? null : this.time() + againInMs });
  }

  private write(id: string, changes: Partial<NotificationRow>): void {
    const rows = this.database.alarms.notifications.values();
    const row = [...rows].find((one) => one.id === id && !one.isSent);
    if (row) Object.assign(row, changes);
  }

  /** Once. */
  private note(
    told: Pick<Notification, 'alarmId' | 'target' | 'event' | 'alarm' | 'openedAt'>,
  ): void {
    const { notifications } = this.database.alarms;
    const key = JSON.stringify([told.alarmId, told.target, told.event]);
    if (notifications.has(key)) return;
    const state = { attempts: 0, nextAt: this.time(), isSent: false };
    notifications.set(key, { id: randomUUID(), ...told, at: this.database.now(), ...state });
  }

  private time(): number {
    return this.database.now().getTime();
  }
}
