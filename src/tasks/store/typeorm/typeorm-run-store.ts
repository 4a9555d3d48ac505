import type { EntityManager } from 'typeorm';
import type { Run } from '../../domain/run.js';
import type { Page } from '../page.js';
import { RunStore, type RunQuery } from '../run-store.js';
import { decodeIdCursor, pageOf } from '../cursor.js';
import { RunEntity } from './entities/run.entity.js';
import { runOf } from './run-row.js';
import type { TasksDatabase } from './tasks-database.js';

export class TypeormRunStore extends RunStore {
  constructor(private readonly database: TasksDatabase) {
    super();
  }

  async get(id: string): Promise<Run | null> {
    if (!/^\d{1,18}$/.test(id)) return null;
    const row = await this.database.use((manager) => manager.findOneBy(RunEntity, { id }));
    return row && runOf(row);
  }

  list(query: RunQuery): Promise<Page<Run>> {
    return this.database.use((manager) => listRuns(manager, query));
  }
}

/** Runs, newest first. */
async function listRuns(manager: EntityManager, query: RunQuery): Promise<Page<Run>> {
  const select = manager
    .createQueryBuilder(RunEntity, 'run')
    .orderBy('run.id', 'DESC')
    .take(query.limit + 1);
  if (query.cursor !== undefined) {
    select.andWhere('run.id < :before', { before: decodeIdCursor(query.cursor) });
  }
  const { job, task, node, state, cause, from, to } = query;
  if (job !== undefined) select.andWhere('run.jobId = :job', { job });
  if (task !== undefined) select.andWhere('run.task = :task', { task });
  if (node !== undefined) select.andWhere('CAST(run.nodeId AS text) = :node', { node });
  if (state !== undefined) select.andWhere('run.state = :state', { state });
  if (cause !== undefined) select.andWhere('run.cause = :cause', { cause });
  if (from !== undefined) select.andWhere('run.fireAt >= :from', { from });
  if (to !== undefined) select.andWhere('run.fireAt < :to', { to });
  const runs = (await select.getMany()).map(runOf);
  return pageOf(runs, query.limit, (run) => run.id);
}
