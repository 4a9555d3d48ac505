import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';
import { buildIndex, dropIndex, type NewIndex } from './large-tables.js';

/**
 * Indexes for what every turn of a loop reads, however much has gathered beside it, and a table for the
 * progress of runs: a transaction that sees the database as it was at its beginning could not write a
 * run's success if the run's row had changed meanwhile.
 *
 * Nodes of the version before work beside it: what they say of progress is read where it was.
 */
export class NothingStops1764000000003 implements MigrationInterface {
  /** Tables may be large: see `large-tables.ts`. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${schemaOf(runner)}.run_progress (
         run_id bigint PRIMARY KEY,
         attempt smallint NOT NULL,
         progress jsonb NOT NULL
       ) WITH (fillfactor = 50)`,
    );
    for (const index of INDEXES) await buildIndex(runner, index);
    for (const { name } of NO_LONGER) await dropIndex(runner, name);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of NO_LONGER) await buildIndex(runner, index);
    for (const { name } of INDEXES) await dropIndex(runner, name);
    await runner.query(`DROP TABLE IF EXISTS ${schemaOf(runner)}.run_progress`);
  }
}

const INDEXES: readonly NewIndex[] = [
  // Who is alive, among all that ever were.
  { name: 'nodes_heartbeat', on: 'nodes (heartbeat_at)' },
  // What is queued of a task, by priority and time. Byte by byte: nobody reads the order of tasks.
  {
    name: 'runs_waiting',
    on: 'runs (task COLLATE "C", priority, run_at, id) WHERE queued',
  },
  // What stands in the way of a job's next run, apart from the many that may wait for their turn.
  {
    name: 'runs_unfinished',
    on: `runs (job_id, coalesce(held, ''), cause)
         WHERE state IN ('pending', 'running') OR handler_alive`,
  },
];

/** Each index costs every run that is made, and nothing reads these any more. */
const NO_LONGER: readonly NewIndex[] = [
  { name: 'runs_queued', on: 'runs (priority, run_at, id) WHERE queued' },
  { name: 'runs_live', on: `runs (job_id) WHERE state IN ('pending', 'running') OR handler_alive` },
  { name: 'runs_queued_by_time', on: 'runs (run_at, id) WHERE queued' },
];
