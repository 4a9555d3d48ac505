import type { Alarm } from '../../../domain/problems/alarms.js';
import { AlarmStore, MAX_SENT, SENDING_MS, type Notification } from '../../alarm-store.js';
import { CLOCK, interval, STAMP, type ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from '../tasks-database.js';

/** What was made so long ago is of no more use, sent or not. */
const KEPT = "interval '7 days'";

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

  async raise(alarms: readonly Alarm[], targets: readonly string[]): Promise<void> {
    if (alarms.length === 0) return;
    const { quoted } = this.schema;
    // By key, so that two nodes wait for each other in one order. A row that was there has an xmax.
    await this.query(
      `WITH seen AS (
         INSERT INTO ${quoted}.alarms (key, id, alarm, opened_at, seen_at)
         SELECT alarm ->> 'key', gen_random_uuid(), alarm, ${STAMP}, ${STAMP}
         FROM jsonb_array_elements($2::jsonb) AS given (alarm) ORDER BY 1
         ON CONFLICT (key) DO UPDATE SET seen_at = excluded.seen_at, alarm = excluded.alarm
         RETURNING id, alarm, opened_at, xmax = 0 AS is_new)
       INSERT INTO ${quoted}.notifications
         (id, alarm_id, target, event, alarm, opened_at, made_at, next_at)
       SELECT gen_random_uuid(), id, target, 'opened', alarm, opened_at, opened_at, opened_at
       FROM seen CROSS JOIN unnest($3::text[]) AS target WHERE is_new`,
      [JSON.stringify(alarms), targets],
    );
  }

  async recover(unseenForMs: number, targets: readonly string[]): Promise<void> {
    const { quoted } = this.schema;
    await this.query(
      `WITH old AS (
         DELETE FROM ${quoted}.notifications WHERE id IN (
           SELECT id FROM ${quoted}.notifications WHERE made_at < ${CLOCK} - ${KEPT} LIMIT 1000)),
       gone AS (
         DELETE FROM ${quoted}.alarms WHERE seen_at < ${CLOCK} - ${interval('$2')}
         RETURNING id, alarm, opened_at)
       INSERT INTO ${quoted}.notifications
         (id, alarm_id, target, event, alarm, opened_at, made_at, next_at)
       SELECT gen_random_uuid(), id, target, 'recovered', alarm, opened_at, ${STAMP}, ${STAMP}
       FROM gone CROSS JOIN unnest($3::text[]) AS target`,
      [unseenForMs, targets],
    );
  }

  take(targets: readonly string[]): Promise<readonly Notification[]> {
    const table = `${this.schema.quoted}.notifications`;
    return this.query<Notification>(
      `WITH due AS MATERIALIZED (
         SELECT id FROM ${table} n
         WHERE next_at <= ${CLOCK} AND target = ANY ($2::text[]) AND NOT EXISTS (
           SELECT FROM ${table} before
           WHERE before.alarm_id = n.alarm_id AND before.target = n.target
             AND before.next_at IS NOT NULL AND before.event = 'opened' AND n.event = 'recovered')
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
    await this.query(
      `UPDATE ${this.schema.quoted}.notifications
       SET error = $3, next_at = ${STAMP} + ${interval('$4')} WHERE id = $2 AND sent_at IS NULL`,
      [id, error, againInMs],
    );
  }

  private query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}
