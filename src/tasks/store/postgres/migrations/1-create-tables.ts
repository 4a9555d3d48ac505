import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/**
 * The first tables. What is written often lives apart from what is written seldom: `job_plans` is a
 * narrow row that every fire rewrites, `jobs` the wide one that only edits touch.
 *
 * `timestamptz(3)`: a JavaScript date holds milliseconds, and a compare-and-set with an instant that
 * has more digits in the database would never match.
 */
export class CreateTables1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const statement of tables(schema)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    await runner.query(
      `DROP TABLE ${schema}.runs, ${schema}.job_plans, ${schema}.jobs, ${schema}.nodes,
         ${schema}.cluster_pauses, ${schema}.leader_history, ${schema}.leader_lock,
         ${schema}.schema_info`,
    );
    await runner.query(`DROP FUNCTION ${schema}.watch_session(integer, integer, integer)`);
  }
}

const tables = (schema: string) => [
  // A table that somebody's transaction holds is not waited for while everybody else waits behind.
  `SET LOCAL lock_timeout = '5s'`,

  // Nodes that know fewer migrations than this must not start.
  `CREATE TABLE ${schema}.schema_info (
     only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
     minimum_version integer NOT NULL
   )`,
  `INSERT INTO ${schema}.schema_info (minimum_version) VALUES (1)`,

  // Never deleted, never unlogged: it must survive a crash. The unique key makes the token a key
  // column: a takeover changes a key and waits for fires that hold the row FOR KEY SHARE, a renewal
  // changes none and does not.
  `CREATE TABLE ${schema}.leader_lock (
     name text PRIMARY KEY,
     fencing_token bigint NOT NULL DEFAULT 0,
     node_id uuid,
     acquired_at timestamptz(3),
     expires_at timestamptz(3) NOT NULL DEFAULT '-infinity',
     lease_ms integer NOT NULL DEFAULT 0,
     hinted boolean NOT NULL DEFAULT false,
     paused boolean NOT NULL DEFAULT false,
     pause_reason text,
     pauses integer NOT NULL DEFAULT 0,
     generation bigint NOT NULL DEFAULT 0,
     generation_at timestamptz(3),
     UNIQUE (name, fencing_token)
   ) WITH (fillfactor = 50)`,
  `INSERT INTO ${schema}.leader_lock (name) VALUES ('scheduler')`,
  `CREATE TABLE ${schema}.leader_history (
     name text NOT NULL,
     fencing_token bigint NOT NULL,
     node_id uuid NOT NULL,
     acquired_at timestamptz(3) NOT NULL,
     how text NOT NULL,
     PRIMARY KEY (name, fencing_token)
   )`,
  `CREATE TABLE ${schema}.cluster_pauses (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     started_at timestamptz(3) NOT NULL,
     ended_at timestamptz(3),
     reason text
   )`,
  `CREATE INDEX cluster_pauses_ended ON ${schema}.cluster_pauses (ended_at)`,

  `CREATE TABLE ${schema}.nodes (
     id uuid PRIMARY KEY,
     name text NOT NULL,
     version text NOT NULL,
     schema_version integer NOT NULL,
     roles text[] NOT NULL,
     tasks jsonb NOT NULL,
     started_at timestamptz(3) NOT NULL,
     heartbeat_at timestamptz(3) NOT NULL,
     stopped_at timestamptz(3)
   ) WITH (fillfactor = 50)`,

  `CREATE TABLE ${schema}.jobs (
     id text PRIMARY KEY,
     name text NOT NULL,
     task text NOT NULL,
     payload jsonb,
     trigger jsonb NOT NULL,
     tags text[] NOT NULL DEFAULT '{}',
     misfire_grace_ms bigint CHECK (misfire_grace_ms > 0),
     coalesce text NOT NULL CHECK (coalesce IN ('latest', 'earliest', 'all')),
     overlap text NOT NULL CHECK (overlap IN ('skip', 'allow')),
     max_instances integer NOT NULL CHECK (max_instances > 0),
     priority integer NOT NULL DEFAULT 0,
     origin text NOT NULL CHECK (origin IN ('declared', 'config', 'api')),
     state text NOT NULL CHECK (state IN ('active', 'paused', 'finished')),
     paused boolean NOT NULL DEFAULT false,
     pause_reason text,
     declared_hash text,
     generation bigint,
     revision integer NOT NULL DEFAULT 1,
     created_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL
   )`,
  `CREATE TABLE ${schema}.job_plans (
     job_id text PRIMARY KEY REFERENCES ${schema}.jobs ON DELETE CASCADE,
     next_fire_at timestamptz(3),
     last_fire_at timestamptz(3),
     revision integer NOT NULL,
     inserts bigint NOT NULL DEFAULT 0
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX job_plans_due ON ${schema}.job_plans (next_fire_at, job_id)
     WHERE next_fire_at IS NOT NULL`,

  // No reference to jobs: the ledger outlives them.
  `CREATE TABLE ${schema}.runs (
     id bigint GENERATED ALWAYS AS IDENTITY,
     job_id text NOT NULL,
     task text NOT NULL,
     payload jsonb,
     fire_at timestamptz(3) NOT NULL,
     run_at timestamptz(3) NOT NULL,
     cause text NOT NULL CHECK (cause IN ('fired', 'manual', 'backfill', 'retry')),
     state text NOT NULL CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'timed-out',
                                          'cancelled', 'abandoned', 'skipped')),
     reason text,
     covers_from timestamptz(3),
     covers_to timestamptz(3),
     covers_count integer,
     attempt smallint NOT NULL DEFAULT 0,
     node_id uuid,
     fencing_token bigint,
     priority integer NOT NULL DEFAULT 0,
     queued boolean NOT NULL,
     held text CHECK (held IN ('buffered', 'paused')),
     handler_alive boolean NOT NULL DEFAULT false,
     created_at timestamptz(3) NOT NULL,
     started_at timestamptz(3),
     finished_at timestamptz(3),
     error jsonb,
     result jsonb,
     PRIMARY KEY (id, fire_at),
     CHECK (queued = (state = 'pending' AND held IS NULL)),
     CHECK ((covers_from IS NULL) = (covers_to IS NULL)),
     CHECK (covers_to IS NULL OR (state = 'skipped' AND fire_at = covers_to))
   ) WITH (fillfactor = 70)`,
  // One row per fire time, whoever believes to lead.
  `CREATE UNIQUE INDEX runs_fired ON ${schema}.runs (job_id, fire_at) WHERE cause = 'fired'`,
  `CREATE INDEX runs_queued ON ${schema}.runs (priority, run_at, id) WHERE queued`,
  `CREATE INDEX runs_live ON ${schema}.runs (job_id)
     WHERE state IN ('pending', 'running') OR handler_alive`,
  `CREATE INDEX runs_running ON ${schema}.runs (node_id) WHERE state = 'running'`,
  `CREATE INDEX runs_finished ON ${schema}.runs (finished_at) WHERE finished_at IS NOT NULL`,
  `CREATE INDEX runs_of_job ON ${schema}.runs (job_id, id)`,

  // Waits until no session holds the lock any more, at most so long. The wait holds a snapshot,
  // which keeps vacuum from cleaning up behind it, so it must stay short.
  `CREATE FUNCTION ${schema}.watch_session(class integer, key integer, at_most_ms integer)
     RETURNS boolean LANGUAGE plpgsql AS $$
     BEGIN
       PERFORM set_config('lock_timeout', at_most_ms || 'ms', true);
       PERFORM pg_advisory_lock_shared(class, key);
       PERFORM pg_advisory_unlock_shared(class, key);
       RETURN true;
     EXCEPTION WHEN lock_not_available THEN
       RETURN false;
     END $$`,
];
