import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/** Sessions of browsers that were ended before their time. Nodes of the version before know none. */
export class EndedSessions1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${schemaOf(runner)}.ended_sessions (
         id text PRIMARY KEY,
         ends_at timestamptz(3) NOT NULL
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS ${schemaOf(runner)}.ended_sessions`);
  }
}
