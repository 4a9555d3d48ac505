import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable, buildIndex, dropIndex, type NewIndex } from './large-tables.js';

/**
 * Indexes for what every turn of a loop reads, however much has gathered beside it, and the backend of
 * a run's transaction, so that somebody else can end it.
 *
 * Nodes of the version before work beside it: every column may be null.
 */
export class NothingStops1764000000003 implements MigrationInterface {
  /** Tables may be large: see `large-tables.ts`. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const column of RUN_COLUMNS) {
      await alterTable(runner, 'runs', `ADD COLUMN IF NOT EXISTS ${column}`);
    }
    for (const index of INDEXES) await buildIndex(runner, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await dropIndex(runner, name);
    for (const column of RUN_COLUMNS) {
      await alterTable(runner, 'runs', `DROP COLUMN IF EXISTS ${column.split(' ')[0]}`);
    }
  }
}

/** Of the connection of a transactional run: its process id is used again, its start is not. */
const RUN_COLUMNS = ['backend_pid integer', 'backend_started_at timestamptz'];

const INDEXES: readonly NewIndex[] = [
  // Who is alive, among all that ever were.
  { name: 'nodes_heartbeat', on: 'nodes (heartbeat_at)' },
  // What is queued of a task: in its order, and by time.
  { name: 'runs_queued_of_task', on: 'runs (task, priority, run_at, id) WHERE queued' },
  { name: 'runs_queued_of_task_by_time', on: 'runs (task, run_at, id) WHERE queued' },
];
