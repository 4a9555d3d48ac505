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
import { CLOCK, interval, STAMP, type ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from '../tasks-database.js';

const KEPT = `interval '${KEPT_DAYS} days'`;

/** And what no node has ended, as none has that target any more. */
const KEPT_UNENDED = "interval '90 days'";

/** Whether an alarm has lasted for as long as it must to be told. */
const isSure = (alarm: string) =>
  `${alarm}.seen_at >= ${alarm}.opened_at
     + ${interval(`coalesce(${alarm}.alarm ->> 'sureAfterMs', '0')`)}`;

export class PostgresAlarmStore extends AlarmStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {
    super();
  }

  async takeTurn(everyMs: number): Promise<boolean> {
    const watch = `${this.schema.quoted}.alarm_watch`;
    const taken = await this.query<unknown>(
      `INSERT INTO ${watch} AS w (looked_at) VALUES (${STAMP})
       ON CONFLICT (only_row) DO UPDATE SET looked_at = excluded.looked_at
         WHERE w.looked_at <= ${CLOCK} - ${interval('$2')} OR w.looked_at > ${CLOCK}
       RETURNING true AS taken`,
      [everyMs],
    );
    return taken.length > 0;
  }

  async see(alarms: readonly Alarm[], everyMs: number): Promise<void> {
    if (alarms.length === 0) return;
    const table = `${this.schema.quoted}.alarms`;
    // By key, so that two nodes wait for each other in one order.
    await this.query(
      `WITH given AS MATERIALIZED (
         SELECT alarm ->> 'key' AS key, alarm ->> 'kind' AS kind, alarm
         FROM jsonb_array_elements($2::jsonb) AS g (alarm)),
       seen AS (
         INSERT INTO ${table} AS a (key, id, alarm, opened_at, seen_at)
         SELECT key, gen_random_uuid(), alarm, ${STAMP}, ${STAMP} FROM given ORDER BY key
         ON CONFLICT (key) DO UPDATE SET seen_at = excluded.seen_at, alarm = excluded.alarm,
           opened_at = CASE WHEN NOT ${isSure('a')} AND a.seen_at < excluded.seen_at - ${interval('$3')}
                            THEN excluded.opened_at ELSE a.opened_at END)
       UPDATE ${table} a SET seen_at = ${STAMP}
       WHERE a.key IN (
         SELECT o.key FROM ${table} o
         WHERE o.key NOT IN (SELECT key FROM given) AND EXISTS (
           SELECT FROM given g WHERE g.kind = o.alarm ->> 'kind' AND g.kind IN (g.key, o.key))
         ORDER BY o.key)`,
      [JSON.stringify(alarms), LOOKS_AWAY * everyMs],
    );
  }

  async close(unseenForMs: number): Promise<void> {
    const { quoted } = this.schema;
    await this.query(
      `WITH old AS (
         DELETE FROM ${quoted}.notifications WHERE (alarm_id, target) IN (
           SELECT n.alarm_id, n.target FROM ${quoted}.notifications n
           WHERE n.event = 'opened' AND n.made_at < ${CLOCK} - ${KEPT}
             AND NOT EXISTS (SELECT FROM ${quoted}.alarms a WHERE a.id = n.alarm_id)
             AND (n.made_at < ${CLOCK} - ${KEPT_UNENDED} OR EXISTS (
               SELECT FROM ${quoted}.notifications r
               WHERE r.alarm_id = n.alarm_id AND r.target = n.target AND r.event = 'recovered'
                 AND r.made_at < ${CLOCK} - ${KEPT}))
           LIMIT 1000))
       DELETE FROM ${quoted}.alarms WHERE seen_at < ${CLOCK} - ${interval('$2')}`,
      [unseenForMs],
    );
  }

  async tell(targets: readonly string[], { severities, failuresInARow }: Wanted): Promise<void> {
    const { quoted } = this.schema;
    const told = (event: string, alarm: string, target: string) =>
      `EXISTS (SELECT FROM ${quoted}.notifications made
               WHERE made.alarm_id = ${alarm} AND made.target = ${target} AND made.event = '${event}')`;
    await this.query(
      `INSERT INTO ${quoted}.notifications
         (id, alarm_id, target, event, alarm, opened_at, made_at, next_at)
       SELECT gen_random_uuid(), alarm_id, target, event, alarm, opened_at, ${STAMP}, ${STAMP}
       FROM (
         SELECT a.id AS alarm_id, t.target, 'opened' AS event, a.alarm, a.opened_at
         FROM ${quoted}.alarms a CROSS JOIN unnest($2::text[]) AS t (target)
         WHERE a.alarm ->> 'severity' = ANY ($3::text[])
           AND coalesce((a.alarm ->> 'inARow')::int, $4::int) >= $4::int
           AND ${isSure('a')}
           AND NOT ${told('opened', 'a.id', 't.target')}
         UNION ALL
         SELECT n.alarm_id, n.target, 'recovered', n.alarm, n.opened_at
         FROM ${quoted}.notifications n
         WHERE n.event = 'opened' AND n.target = ANY ($2::text[])
           AND (n.sent_at IS NOT NULL OR n.next_at IS NOT NULL)
           AND NOT EXISTS (SELECT FROM ${quoted}.alarms a WHERE a.id = n.alarm_id)
           AND NOT ${told('recovered', 'n.alarm_id', 'n.target')}) news
       ON CONFLICT (alarm_id, target, event) DO NOTHING`,
      [targets, severities, failuresInARow],
    );
  }

  take(targets: readonly string[]): Promise<readonly Notification[]> {
    const table = `${this.schema.quoted}.notifications`;
    return this.query<Notification>(
      `WITH due AS MATERIALIZED (
         SELECT id FROM ${table} n
         WHERE next_at <= ${CLOCK} AND target = ANY ($2::text[]) AND NOT EXISTS (
           SELECT FROM ${table} before
           WHERE before.target = n.target AND before.alarm ->> 'key' = n.alarm ->> 'key'
             AND before.next_at IS NOT NULL
             AND (before.opened_at, before.event) < (n.opened_at, n.event))
         ORDER BY next_at LIMIT ${MAX_SENT} FOR UPDATE SKIP LOCKED),
       taken AS (
         UPDATE ${table} n
         SET attempts = attempts + 1, next_at = ${STAMP} + ${interval('$3')}
         FROM due WHERE n.id = due.id RETURNING n.*)
       SELECT id, alarm_id AS "alarmId", target, event, alarm, opened_at AS "openedAt",
              made_at AS at, attempts,
              (extract(epoch FROM ${CLOCK} - made_at) * 1000)::float8 AS "ageMs"
       FROM taken ORDER BY made_at`,
      [targets, SENDING_MS],
    );
  }

  async sent(id: string): Promise<void> {
    await this.query(
      `UPDATE ${this.schema.quoted}.notifications
       SET sent_at = ${STAMP}, next_at = NULL, error = NULL WHERE id = $2`,
      [id],
    );
  }

  async failed(id: string, error: string, againInMs: number | null): Promise<void> {
    const { quoted } = this.schema;
    // Nobody is told of the end of what he was not told of.
    await this.query(
      `WITH failed AS (
         UPDATE ${quoted}.notifications
         SET error = $3, next_at = ${STAMP} + ${interval('$4')} WHERE id = $2 AND sent_at IS NULL
         RETURNING alarm_id, target, event, next_at)
       UPDATE ${quoted}.notifications n SET next_at = NULL FROM failed f
       WHERE f.next_at IS NULL AND f.event = 'opened'
         AND n.alarm_id = f.alarm_id AND n.target = f.target AND n.event = 'recovered'`,
      [id, error, againInMs],
    );
  }

  private query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}
