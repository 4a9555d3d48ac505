import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/** Each target is told once that an alarm begins, and once that it is over, whichever node finds that out. */
export class ToldOnce1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE UNIQUE INDEX IF NOT EXISTS notifications_once
         ON ${schemaOf(runner)}.notifications (alarm_id, target, event)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS ${schemaOf(runner)}.notifications_once`);
  }
}
