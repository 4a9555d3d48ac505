import type { Alarm } from '../../../domain/problems/alarms.js';
import type { Notification } from '../../alarm-store.js';

export interface OpenAlarm {
  readonly id: string;
  readonly alarm: Alarm;
  readonly openedAt: Date;
  readonly seenAt: number;
}

export interface NotificationRow extends Omit<Notification, 'attempts' | 'ageMs'> {
  attempts: number;
  /** Null: it was sent, or given up. */
  nextAt: number | null;
  isSent: boolean;
}

/** What all nodes of a database in memory know of alarms. */
export class MemoryAlarms {
  readonly open = new Map<string, OpenAlarm>();
  /** By alarm, target and event. */
  readonly notifications = new Map<string, NotificationRow>();
  lookedAt = -Infinity;
}
