import { randomUUID } from 'node:crypto';
import type { Alarm } from '../../../domain/problems/alarms.js';
import { AlarmStore, MAX_SENT, SENDING_MS, type Notification } from '../../alarm-store.js';
import type { MemoryDatabase } from '../database.js';
import type { NotificationRow, OpenAlarm } from './alarms.js';

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

  async raise(given: readonly Alarm[], targets: readonly string[]): Promise<void> {
    const { open } = this.database.alarms;
    const [seenAt, openedAt] = [this.time(), this.database.now()];
    for (const alarm of given) {
      const before = open.get(alarm.key);
      const row = before ? { ...before, alarm, seenAt } : { ...opened(alarm, openedAt), seenAt };
      open.set(alarm.key, row);
      if (!before) this.tell(row, 'opened', targets);
    }
  }

  async recover(unseenForMs: number, targets: readonly string[]): Promise<void> {
    const { open } = this.database.alarms;
    const since = this.time() - unseenForMs;
    for (const row of [...open.values()].filter(({ seenAt }) => seenAt < since)) {
      open.delete(row.alarm.key);
      this.tell(row, 'recovered', targets);
    }
  }

  async take(targets: readonly string[]): Promise<readonly Notification[]> {
    const now = this.time();
    const all = [...this.database.alarms.waiting.values()];
    const isBehind = (row: NotificationRow) =>
      row.event === 'recovered' &&
      all.some(
        ({ event, alarmId, target }) =>
          event === 'opened' && alarmId === row.alarmId && target === row.target,
      );
    const due = all.filter(
      (row) => row.nextAt! <= now && targets.includes(row.target) && !isBehind(row),
    );
    return due.slice(0, MAX_SENT).map((row) => {
      row.attempts++;
      row.nextAt = now + SENDING_MS;
      return { ...row, ageMs: now - row.at.getTime() };
    });
  }

  async sent(id: string): Promise<void> {
    this.database.alarms.waiting.delete(id);
  }

  async failed(id: string, _error: string, againInMs: number | null): Promise<void> {
    const { waiting } = this.database.alarms;
    const row = waiting.get(id);
    if (againInMs === null) waiting.delete(id);
    else if (row) row.nextAt = this.time() + againInMs;
  }

  private tell(
    { id: alarmId, alarm, openedAt }: OpenAlarm,
    event: Notification['event'],
    targets: readonly string[],
  ): void {
    const at = this.database.now();
    for (const target of targets) {
      const id = randomUUID();
      const row = { id, alarmId, target, event, alarm, openedAt, at, attempts: 0 };
      this.database.alarms.waiting.set(id, { ...row, nextAt: this.time() });
    }
  }

  private time(): number {
    return this.database.now().getTime();
  }
}

const opened = (alarm: Alarm, openedAt: Date) => ({ id: randomUUID(), alarm, openedAt });
