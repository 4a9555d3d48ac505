import { InvalidInputError, type Issue } from '../domain/errors.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import type { TasksOptions } from '../tasks.options.js';
import { isProduction } from './production.js';

/** Options that ask for a cluster, and why one process has no use for them. */
const CLUSTER_ONLY: Readonly<Record<string, string>> = {
  databaseUrl: 'local mode has no database',
  directDatabaseUrl: 'local mode has no database',
  dataSource: 'local mode has no database',
  roles: 'one process has every role',
  prepare: 'local mode waits for nothing before it starts its timers',
  intercept: 'local mode has no engine',
};

/**
 * What cannot be done in local mode is refused at the start, so that nobody believes to have it.
 *
 * @param given as the host wrote them: a default is no wish
 * @throws InvalidInputError naming each option
 */
export function checkLocalOptions(
  given: Readonly<Record<string, unknown>>,
  { allowMemoryStore }: Pick<TasksOptions, 'allowMemoryStore'>,
  production = isProduction(),
): void {
  const issues: Issue[] = Object.entries(CLUSTER_ONLY)
    .filter(([name]) => given[name] !== undefined)
    .map(([name, why]) => ({
      pointer: `/${name}`,
      message: `cannot be given together with store "memory": ${why}. Remove one of them`,
    }));
  if (production && !allowMemoryStore) {
    issues.push({
      pointer: '/store',
      message:
        '"memory" forgets every job with the process, and NODE_ENV is "production". Give a ' +
        'databaseUrl instead, or allowMemoryStore: true if that is what you want',
    });
  }
  if (issues.length > 0) throw new InvalidInputError('The options of TasksModule', issues);
}

/** @param source the method that declares the job @throws InvalidInputError when it needs a database */
export function checkLocalJob({ transactional }: DeclaredJob, source: string): void {
  if (!transactional) return;
  throw new InvalidInputError(`The declaration of ${source}`, [
    {
      pointer: '/transactional',
      message: 'needs a database, which local mode has not. Give a databaseUrl, or take it away',
    },
  ]);
}
