import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The samples' own tables. The application starts without them, and its jobs wait for them. */
@Injectable()
export class SampleDatabase {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Connects and applies missing migrations. Safe to call again, after a failure too.
   *
   * TypeORM takes no lock for migrations, so only one node may do this at a time.
   */
  async prepare(): Promise<void> {
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    await this.dataSource.runMigrations();
  }
}
