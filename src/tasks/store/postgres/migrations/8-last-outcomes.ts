import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/**
 * What became of the last run of each job, and how long that took: jobs are sorted by it. The leader fills it
 * for the jobs that are there when its term begins. Nodes of the version before leave it as it is.
 */
export class LastOutcomes1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE ${schemaOf(runner)}.job_outcomes
         ADD COLUMN IF NOT EXISTS last_state text,
         ADD COLUMN IF NOT EXISTS last_ms bigint,
         ADD COLUMN IF NOT EXISTS last_at timestamptz(3)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE ${schemaOf(runner)}.job_outcomes
         DROP COLUMN IF EXISTS last_state, DROP COLUMN IF EXISTS last_ms, DROP COLUMN IF EXISTS last_at`,
    );
  }
}
