import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/** What somebody is to be told of, and whether it was. Nodes of the version before tell nobody. */
export class Notifications1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.alarms (
         key text PRIMARY KEY,
         id uuid NOT NULL,
         alarm jsonb NOT NULL,
         opened_at timestamptz(3) NOT NULL,
         seen_at timestamptz(3) NOT NULL
       )`,
    );
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.alarm_watch (
         only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT alarm_watch_only_row_check CHECK (only_row),
         looked_at timestamptz(3) NOT NULL
       )`,
    );
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.notifications (
         id uuid PRIMARY KEY,
         alarm_id uuid NOT NULL,
         target text NOT NULL,
         event text NOT NULL CONSTRAINT notifications_event_check CHECK (event IN ('opened', 'recovered')),
         alarm jsonb NOT NULL,
         opened_at timestamptz(3) NOT NULL,
         made_at timestamptz(3) NOT NULL,
         attempts integer NOT NULL DEFAULT 0,
         next_at timestamptz(3),
         sent_at timestamptz(3),
         error text
       )`,
    );
    await runner.query(
      `CREATE INDEX IF NOT EXISTS notifications_waiting
         ON ${schema}.notifications (target, next_at) WHERE next_at IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX IF NOT EXISTS notifications_made ON ${schema}.notifications (made_at)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const table of ['notifications', 'alarm_watch', 'alarms'])
      await runner.query(`DROP TABLE IF EXISTS ${schema}.${table}`);
  }
}
