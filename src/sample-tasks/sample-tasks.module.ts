import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CleanOldFilesTask } from './clean-old-files.task.js';
import { CreateSampleTables1795392000000 } from './create-sample-tables.migration.js';
import { DailyReport } from './daily-report.entity.js';
import { DailyReportTask } from './daily-report.task.js';
import { ImportOrdersTask } from './import-orders.task.js';
import { OrderImporter } from './order-importer.js';
import { Order } from './order.entity.js';
import { RebuildReportTask } from './rebuild-report.task.js';
import { RemovedFile } from './removed-file.entity.js';
import { ReportWriter } from './report-writer.js';
import { SampleDatabase } from './sample-database.js';
import { SampleTasksOptions } from './sample-tasks.options.js';
import { SeedDemoDataTask } from './seed-demo-data.task.js';

export { SampleDatabase };

const ENTITIES = [Order, DailyReport, RemovedFile];

/** What a host application looks like: its entities, its services, and its tasks among them. */
@Module({})
export class SampleTasksModule {
  /** @param databaseUrl a PostgreSQL database; the tables are made in its `public` schema */
  static forRoot(databaseUrl: string, options: Partial<SampleTasksOptions> = {}): DynamicModule {
    return {
      module: SampleTasksModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          entities: ENTITIES,
          migrations: [CreateSampleTables1795392000000],
          migrationsTableName: 'sample_migrations',
          applicationName: 'carillon-samples',
          connectTimeoutMS: 5_000,
          // The application must start while the database is away: `SampleDatabase` connects.
          manualInitialization: true,
        }),
        TypeOrmModule.forFeature(ENTITIES),
      ],
      providers: [
        {
          provide: SampleTasksOptions,
          useValue: Object.assign(new SampleTasksOptions(), options),
        },
        SampleDatabase,
        OrderImporter,
        ReportWriter,
        CleanOldFilesTask,
        DailyReportTask,
        ImportOrdersTask,
        SeedDemoDataTask,
        RebuildReportTask,
      ],
      exports: [SampleDatabase],
    };
  }
}
