import type { Alarm } from '../domain/problems/alarms.js';
import type { Notification } from '../store/alarm-store.js';

/** What a receiver is told, as JSON. */
export interface Message {
  readonly type: 'problem.opened' | 'problem.recovered';
  /** When it began or ended, RFC 3339. */
  readonly timestamp: string;
  /** A line for people: chats that take webhooks show it. */
  readonly text: string;
  readonly data: Omit<Alarm, 'key' | 'sureAfterMs'> & {
    /** The same for the beginning and the end of one problem. */
    readonly id: string;
    readonly openedAt: string;
    /** Null: it goes on. */
    readonly recoveredAt: string | null;
  };
}

/** @param apiUrl what links begin with; null: they are told as they are */
export function messageOf(notification: Notification, apiUrl: string | null): Message {
  const { alarmId: id, event, at, openedAt } = notification;
  const { key: _key, sureAfterMs: _sure, link, ...alarm } = notification.alarm;
  const isOver = event === 'recovered';
  const timestamp = at.toISOString();
  return {
    type: `problem.${event}`,
    timestamp,
    text: isOver ? `Over: ${alarm.message}` : `${alarm.message} ${alarm.remedy}`,
    data: {
      id,
      ...alarm,
      link: apiUrl === null ? link : `${apiUrl.replace(/\/$/, '')}/${link}`,
      openedAt: openedAt.toISOString(),
      recoveredAt: isOver ? timestamp : null,
    },
  };
}
