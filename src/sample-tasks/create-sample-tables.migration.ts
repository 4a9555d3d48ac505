import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** TypeORM orders migrations by the number that their name ends with. */
export class CreateSampleTables1795392000000 implements MigrationInterface {
  readonly name = 'CreateSampleTables1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.dropTable(table);
  }
}

const TABLES = [
  new Table({
    name: 'orders',
    columns: [
      {
        name: 'external_id',
        type: 'text',
        isPrimary: true,
        primaryKeyConstraintName: 'orders_pkey',
      },
      { name: 'product', type: 'text' },
      { name: 'team', type: 'text' },
      { name: 'amount_cents', type: 'integer' },
      { name: 'ordered_at', type: 'timestamptz' },
    ],
    indices: [{ name: 'orders_ordered_at', columnNames: ['ordered_at'] }],
  }),
  new Table({
    name: 'daily_reports',
    columns: [
      {
        name: 'day',
        type: 'date',
        isPrimary: true,
        primaryKeyConstraintName: 'daily_reports_pkey',
      },
      { name: 'orders', type: 'integer' },
      { name: 'amount_cents', type: 'bigint' },
      { name: 'by_product', type: 'jsonb' },
      { name: 'written_at', type: 'timestamptz' },
    ],
  }),
  new Table({
    name: 'removed_files',
    columns: [
      {
        name: 'id',
        type: 'bigint',
        isPrimary: true,
        primaryKeyConstraintName: 'removed_files_pkey',
        isGenerated: true,
        generationStrategy: 'identity',
        generatedIdentity: 'BY DEFAULT',
      },
      { name: 'path', type: 'text' },
      { name: 'bytes', type: 'bigint' },
      { name: 'modified_at', type: 'timestamptz' },
      { name: 'removed_at', type: 'timestamptz' },
      { name: 'run_id', type: 'text' },
    ],
  }),
];
