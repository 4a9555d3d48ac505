import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';
import { alterTable, buildIndex, dropIndex, type NewIndex } from './large-tables.js';

/**
 * What a page asks of a large ledger: an index for each filter, sums of what has ended by hour, and how
 * each job fares. Of a node it is told how much it can do at once and how wrong its clock is.
 *
 * Nodes of the version before work beside it. They write none of the sums: the leader makes them from the
 * ledger, and where a node of the version before leads they wait for the next that does.
 */
export class WhatPagesRead1764000000004 implements MigrationInterface {
  /** Tables may be large: see `large-tables.ts`. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(schemaOf(runner))) await runner.query(table);
    for (const column of NODE_COLUMNS)
      await alterTable(runner, 'nodes', `ADD COLUMN IF NOT EXISTS ${column}`);
    for (const index of INDEXES) await buildIndex(runner, index);
    for (const { name } of NO_LONGER) await dropIndex(runner, name);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of NO_LONGER) await buildIndex(runner, index);
    for (const { name } of INDEXES) await dropIndex(runner, name);
    for (const column of NODE_COLUMNS)
      await alterTable(runner, 'nodes', `DROP COLUMN IF EXISTS ${column.split(' ')[0]}`);
    const schema = schemaOf(runner);
    await runner.query(
      `DROP TABLE IF EXISTS ${schema}.run_hours, ${schema}.counted_hours, ${schema}.job_outcomes`,
    );
  }
}

const tables = (schema: string) => [
  // What has ended, by the hour of its end; under the id '' that of all jobs together. Lags and
  // durations are counted by size: see `domain/histogram.ts`.
  `CREATE TABLE IF NOT EXISTS ${schema}.run_hours (
     job_id text NOT NULL,
     hour timestamptz(3) NOT NULL,
     state text NOT NULL,
     runs integer NOT NULL,
     lags jsonb NOT NULL,
     durations jsonb NOT NULL,
     PRIMARY KEY (job_id, hour, state)
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX IF NOT EXISTS run_hours_hour ON ${schema}.run_hours (hour)`,
  // How far each hour is counted: all that ended up to here, in the order of (finished_at, id).
  `CREATE TABLE IF NOT EXISTS ${schema}.counted_hours (
     hour timestamptz(3) PRIMARY KEY,
     up_to timestamptz(3) NOT NULL,
     up_to_id bigint NOT NULL
   ) WITH (fillfactor = 50)`,
  // How often in a row a job's last runs failed, and since when. No reference: it is written beside
  // what others change of the job, and waits for none of them.
  `CREATE TABLE IF NOT EXISTS ${schema}.job_outcomes (
     job_id text PRIMARY KEY,
     failures integer NOT NULL,
     failing_since timestamptz(3)
   ) WITH (fillfactor = 50)`,
];

const NODE_COLUMNS = ['slots integer', 'clock_offset_ms double precision'];

const INDEXES: readonly NewIndex[] = [
  // Filters of the ledger. What is not over is little, or new: each of these is written once for a run.
  { name: 'runs_ended_of_state', on: 'runs (state, id) WHERE finished_at IS NOT NULL' },
  { name: 'runs_ended_of_task', on: 'runs (task, id) WHERE finished_at IS NOT NULL' },
  { name: 'runs_ended_of_node', on: 'runs (node_id, id) WHERE finished_at IS NOT NULL' },
  { name: 'runs_ended_by_fire_time', on: 'runs (fire_at, id) WHERE finished_at IS NOT NULL' },
  { name: 'runs_open', on: 'runs (id) WHERE finished_at IS NULL' },
  { name: 'runs_asked_for', on: `runs (cause, id) WHERE cause <> 'fired'` },
  {
    name: 'runs_gone_wrong',
    on: `runs (id) WHERE state IN ('failed', 'timed-out', 'abandoned')`,
  },
  // The order in which they are counted and deleted.
  { name: 'runs_ended', on: 'runs (finished_at, id) WHERE finished_at IS NOT NULL' },
  { name: 'jobs_of_state', on: 'jobs (state, id)' },
  { name: 'audit_of_run', on: 'audit (run_id, id) WHERE run_id IS NOT NULL' },
  { name: 'audit_of_actor', on: 'audit (actor, id)' },
  { name: 'audit_of_action', on: 'audit (action, id)' },
];

const NO_LONGER: readonly NewIndex[] = [
  { name: 'runs_finished', on: 'runs (finished_at) WHERE finished_at IS NOT NULL' },
];
