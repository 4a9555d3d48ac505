import { RunNotFoundError } from '../../../domain/errors.js';
import type { Run, RunAttempt, RunLine } from '../../../domain/run.js';
import type { ClockShift } from '../database-time.js';
import type { ChangeOptions } from '../../job-store.js';
import type { Page, Total } from '../../page.js';
import { isRunId } from '../../../domain/run-changes.js';
import {
  RunStore,
  type LatestRuns,
  type LineQuery,
  type RunFilter,
  type RunQuery,
} from '../../run-store.js';
import type { SchemaName } from '../schema-name.js';
import { cancelRun } from './cancel-run.js';
import { JobWriter } from '../jobs/job-writer.js';
import { countRuns, listRuns } from './list-runs.js';
import { readAttempts, readLines } from './read-history.js';
import { runOf, selectRuns } from './read-run.js';
import { retryRun } from './retry-run.js';
import { lastSuccessesOf, latestRunsOf, openRunsOf } from './runs-of-jobs.js';
import type { TasksDatabase } from '../tasks-database.js';

export class PostgresRunStore extends RunStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {
    super();
  }

  async get(id: string): Promise<Run | null> {
    if (!isRunId(id)) return null;
    const select = selectRuns(this.schema, 'r.id = $1::bigint');
    const [row] = await this.database.use((sql) => sql.query<{ run: string }[]>(select, [id]));
    return row ? runOf(row.run) : null;
  }

  list(query: RunQuery): Promise<Page<Run>> {
    return this.database.use((sql) => listRuns(sql, this.schema, query));
  }

  count(filter: RunFilter): Promise<Total> {
    return this.database.use((sql) => countRuns(sql, this.schema, filter));
  }

  latestOf(
    jobs: readonly string[],
    whole: number,
    brief: number,
  ): Promise<ReadonlyMap<string, LatestRuns>> {
    return this.database.use((sql) => latestRunsOf(sql, this.schema, jobs, whole, brief));
  }

  openOf(jobs: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>> {
    return this.database.use((sql) => openRunsOf(sql, this.schema, jobs));
  }

  lastSuccesses(jobs: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    return this.database.use((sql) => lastSuccessesOf(sql, this.schema, [this.shift.bound, jobs]));
  }

  async attempts(id: string): Promise<readonly RunAttempt[]> {
    if (!isRunId(id)) return [];
    return this.database.use((sql) => readAttempts(sql, this.schema, id));
  }

  async lines(id: string, query: LineQuery): Promise<readonly RunLine[]> {
    if (!isRunId(id)) return [];
    return this.database.use((sql) => readLines(sql, this.schema, id, query));
  }

  async cancel(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(id, by, (writer) => cancelRun(writer, id, by));
  }

  async retry(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(id, by, (writer) => retryRun(writer, id, by));
  }

  private async change(
    id: string,
    { manager }: ChangeOptions,
    body: (writer: JobWriter) => Promise<Run>,
  ): Promise<Run> {
    if (!isRunId(id)) throw new RunNotFoundError(id);
    const { schema, shift } = this;
    if (manager) {
      await this.database.reached();
      return body(new JobWriter(manager, schema, shift));
    }
    return this.database.transaction((sql) => body(new JobWriter(sql, schema, shift)));
  }
}
