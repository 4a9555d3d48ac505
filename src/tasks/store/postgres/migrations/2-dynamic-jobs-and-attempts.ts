import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/**
 * More choices for a job, what its declaration says beside what somebody changed of it, runs that wait
 * their turn or are tried again, and what is kept of attempts, logs and changes.
 *
 * Nodes of the version before work beside it: every new column has a default, and what they know is
 * where it was.
 */
export class DynamicJobsAndAttempts1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up(schemaOf(runner))) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down(schemaOf(runner))) await runner.query(statement);
  }
}

const JOB_COLUMNS = [
  `buffer_limit integer NOT NULL DEFAULT 100`,
  `jitter_ms integer NOT NULL DEFAULT 0`,
  `max_runs integer`,
  `timeout_ms integer`,
  `retry jsonb NOT NULL DEFAULT '{"maxAttempts": 1}'`,
  `on_crash text NOT NULL DEFAULT 'abandon' CHECK (on_crash IN ('abandon', 'rerun'))`,
  `transactional boolean NOT NULL DEFAULT false`,
  `delete_when_done boolean NOT NULL DEFAULT false`,
  // What the declaration says, and what somebody changed of it since; both as they were given.
  `declared jsonb`,
  `overrides jsonb NOT NULL DEFAULT '{}'`,
  // Hashes of declarations that were in force before the current one, oldest first.
  `former_hashes text[] NOT NULL DEFAULT '{}'`,
  `paused_at timestamptz(3)`,
  `resume_at timestamptz(3)`,
  `unknown_since timestamptz(3)`,
  `orphaned_at timestamptz(3)`,
  // Since when it has no plan though it is not finished: fire times after that are not in the ledger.
  `idle_since timestamptz(3)`,
];

const RUN_COLUMNS = [
  `backfill_id uuid`,
  `retry_of bigint`,
  `cancel_requested_at timestamptz(3)`,
  `cancel_reason text`,
  `progress jsonb`,
];

const up = (schema: string) => [
  `SET LOCAL lock_timeout = '5s'`,

  `ALTER TABLE ${schema}.jobs
     ${JOB_COLUMNS.map((column) => `ADD COLUMN ${column}`).join(', ')},
     DROP CONSTRAINT jobs_overlap_check,
     ADD CONSTRAINT jobs_overlap_check CHECK
       (overlap IN ('skip', 'buffer-one', 'buffer-all', 'cancel-previous', 'allow')),
     DROP CONSTRAINT jobs_state_check,
     ADD CONSTRAINT jobs_state_check CHECK (state IN ('active', 'paused', 'finished', 'orphaned'))`,
  // Jobs by task: those that nobody knows any more, and since when; those that were not known.
  `CREATE INDEX jobs_task ON ${schema}.jobs (task, unknown_since)
     WHERE state IN ('active', 'paused')`,
  `CREATE INDEX jobs_unknown ON ${schema}.jobs (task, orphaned_at)
     WHERE unknown_since IS NOT NULL`,
  `CREATE INDEX jobs_declared ON ${schema}.jobs (id) WHERE origin <> 'api'`,
  `CREATE INDEX jobs_resume ON ${schema}.jobs (resume_at) WHERE resume_at IS NOT NULL`,
  // Finished ones that are to be removed: at once, or when their history has gone.
  `CREATE INDEX jobs_done ON ${schema}.jobs (id) WHERE state = 'finished' AND delete_when_done`,
  `CREATE INDEX jobs_finished ON ${schema}.jobs (updated_at)
     WHERE state = 'finished' AND origin = 'api'`,

  // How many runs its trigger has started.
  `ALTER TABLE ${schema}.job_plans ADD COLUMN fired bigint NOT NULL DEFAULT 0`,

  `ALTER TABLE ${schema}.runs ${RUN_COLUMNS.map((column) => `ADD COLUMN ${column}`).join(', ')}`,
  // Beside the row of its fire, a fire time has one in each backfill at most.
  `CREATE UNIQUE INDEX runs_backfilled ON ${schema}.runs (job_id, fire_at, backfill_id)
     WHERE cause = 'backfill'`,
  // The next run that may start, and those that have waited longest.
  `CREATE INDEX runs_queued_by_time ON ${schema}.runs (run_at, id) WHERE queued`,
  `CREATE INDEX runs_buffered ON ${schema}.runs (job_id, fire_at, id) WHERE held = 'buffered'`,
  `CREATE INDEX runs_overdue ON ${schema}.runs (node_id) WHERE handler_alive`,

  `CREATE TABLE ${schema}.run_attempts (
     run_id bigint NOT NULL,
     attempt smallint NOT NULL,
     node_id uuid,
     state text NOT NULL,
     started_at timestamptz(3),
     finished_at timestamptz(3) NOT NULL,
     error jsonb,
     PRIMARY KEY (run_id, attempt)
   )`,
  `CREATE TABLE ${schema}.run_logs (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     run_id bigint NOT NULL,
     attempt smallint NOT NULL,
     at timestamptz(3) NOT NULL,
     level text NOT NULL,
     message text NOT NULL
   )`,
  `CREATE INDEX run_logs_of_run ON ${schema}.run_logs (run_id, id)`,

  // Who changed what. No references: it outlives what it is about.
  `CREATE TABLE ${schema}.audit (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     at timestamptz(3) NOT NULL,
     actor text NOT NULL,
     action text NOT NULL,
     job_id text,
     run_id bigint,
     reason text,
     details jsonb
   )`,
  `CREATE INDEX audit_of_job ON ${schema}.audit (job_id, id) WHERE job_id IS NOT NULL`,
  `CREATE INDEX audit_at ON ${schema}.audit (at)`,
  `CREATE TABLE ${schema}.idempotency_keys (
     scope text NOT NULL,
     key text NOT NULL,
     fingerprint text NOT NULL,
     answer jsonb,
     created_at timestamptz(3) NOT NULL,
     PRIMARY KEY (scope, key)
   )`,
  `CREATE INDEX idempotency_keys_created ON ${schema}.idempotency_keys (created_at)`,

  // Declarations of the host's configuration, job id to hash; those of its code stand with the tasks.
  `ALTER TABLE ${schema}.nodes
     ADD COLUMN jobs jsonb NOT NULL DEFAULT '{}',
     ADD COLUMN drain_requested_at timestamptz(3)`,
];

const down = (schema: string) => [
  `DROP TABLE ${schema}.run_attempts, ${schema}.run_logs, ${schema}.audit,
     ${schema}.idempotency_keys`,
  `ALTER TABLE ${schema}.nodes DROP COLUMN jobs, DROP COLUMN drain_requested_at`,
  `ALTER TABLE ${schema}.runs
     ${RUN_COLUMNS.map((column) => `DROP COLUMN ${nameOf(column)}`).join(', ')}`,
  `DROP INDEX ${schema}.runs_queued_by_time, ${schema}.runs_buffered, ${schema}.runs_overdue,
     ${schema}.jobs_declared, ${schema}.jobs_finished`,
  `ALTER TABLE ${schema}.job_plans DROP COLUMN fired`,
  `ALTER TABLE ${schema}.jobs
     ${JOB_COLUMNS.map((column) => `DROP COLUMN ${nameOf(column)}`).join(', ')},
     DROP CONSTRAINT jobs_overlap_check,
     ADD CONSTRAINT jobs_overlap_check CHECK (overlap IN ('skip', 'allow')),
     DROP CONSTRAINT jobs_state_check,
     ADD CONSTRAINT jobs_state_check CHECK (state IN ('active', 'paused', 'finished'))`,
];

const nameOf = (column: string) => column.slice(0, column.indexOf(' '));
