import { randomUUID } from 'node:crypto';
import type { Alarm } from '../../../domain/problems/alarms.js';
import {
  AlarmStore,
  KEPT_DAYS,
  LOOKS_AWAY,
  MAX_SENT,
  SENDING_MS,
  type Notification,
  type Wanted,
} from '../../alarm-store.js';
import type { MemoryDatabase } from '../database.js';
import type { NotificationRow, OpenAlarm } from './alarms.js';

const KEPT_MS = KEPT_DAYS * 86_400_000;

const isSure = ({ alarm, openedAt, seenAt }: OpenAlarm) =>
  seenAt >= openedAt.getTime() + alarm.sureAfterMs;

const keyOf = ({ alarmId, target, event }: Pick<Notification, 'alarmId' | 'target' | 'event'>) =>
  JSON.stringify([alarmId, target, event]);

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

  async see(given: readonly Alarm[], everyMs: number): Promise<void> {
    const { open } = this.database.alarms;
    const openedAt = this.database.now();
    const seenAt = openedAt.getTime();
    for (const [key, row] of open) {
      const stays = ({ kind, key: seen }: Alarm) =>
        kind === row.alarm.kind && (kind === seen || kind === key);
      const isGiven = given.some((alarm) => alarm.key === key);
      if (!isGiven && given.some(stays)) open.set(key, { ...row, seenAt });
    }
    for (const alarm of given) {
      const before = open.get(alarm.key);
      const isNew = !before || (!isSure(before) && before.seenAt < seenAt - LOOKS_AWAY * everyMs);
      open.set(alarm.key, {
        id: before?.id ?? randomUUID(),
        openedAt: isNew ? openedAt : before.openedAt,
        alarm,
        seenAt,
      });
    }
  }

  async close(unseenForMs: number): Promise<void> {
    const { open, notifications } = this.database.alarms;
    const since = this.time() - unseenForMs;
    for (const [key, { seenAt }] of open) if (seenAt < since) open.delete(key);
    const ids = this.openIds();
    for (const [key, { alarmId, at }] of notifications)
      if (!ids.has(alarmId) && at.getTime() < this.time() - KEPT_MS) notifications.delete(key);
  }

  async tell(targets: readonly string[], { severities, failuresInARow }: Wanted): Promise<void> {
    const { open, notifications } = this.database.alarms;
    for (const row of open.values()) {
      const { id, alarm, openedAt } = row;
      const { severity, inARow } = alarm;
      const isEnough = (inARow ?? failuresInARow) >= failuresInARow;
      if (!severities.includes(severity) || !isEnough || !isSure(row)) continue;
      for (const target of targets)
        this.note({ alarmId: id, target, event: 'opened', alarm, openedAt });
    }
    const ids = this.openIds();
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
    const row = this.write(id, { nextAt: againInMs === null ? null : this.time() + againInMs });
    if (row?.event !== 'opened' || againInMs !== null) return;
    // Nobody is told of the end of what he was not told of.
    const end = this.database.alarms.notifications.get(keyOf({ ...row, event: 'recovered' }));
    if (end) end.nextAt = null;
  }

  private openIds(): ReadonlySet<string> {
    return new Set([...this.database.alarms.open.values()].map(({ id }) => id));
  }

  private write(id: string, changes: Partial<NotificationRow>): NotificationRow | undefined {
    const rows = this.database.alarms.notifications.values();
    const row = [...rows].find((one) => one.id === id && !one.isSent);
    return row && Object.assign(row, changes);
  }

  /** Once. */
  private note(
    told: Pick<Notification, 'alarmId' | 'target' | 'event' | 'alarm' | 'openedAt'>,
  ): void {
    const { notifications } = this.database.alarms;
    const key = keyOf(told);
    if (notifications.has(key)) return;
    const state = { attempts: 0, nextAt: this.time(), isSent: false };
    notifications.set(key, { id: randomUUID(), ...told, at: this.database.now(), ...state });
  }

  private time(): number {
    return this.database.now().getTime();
  }
}
