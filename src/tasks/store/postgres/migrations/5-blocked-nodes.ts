import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from './large-tables.js';

/** Whether a node's event loop comes round, told with its signs of life. Nodes of the version before tell nothing. */
export class BlockedNodes1764000000005 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS)
      await alterTable(runner, 'nodes', `ADD COLUMN IF NOT EXISTS ${column}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS)
      await alterTable(runner, 'nodes', `DROP COLUMN IF EXISTS ${column.split(' ')[0]}`);
  }
}

const COLUMNS = ['loop_lag_ms integer', 'blocked_since timestamptz(3)', 'blocked_by text'];
