import { UnavailableError } from '../../../domain/errors.js';
import type { SqlRunner } from '../../sql-runner.js';
import type { SqlScope } from '../sql-scope.js';
import type { EnginePool } from './engine-pool.js';
import { isOutage, outageReason } from './outage.js';

/** Changes of jobs that the engine makes itself, on its own connections. */
export class EngineScope implements SqlScope {
  constructor(private readonly pool: EnginePool) {}

  use<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T> {
    return reaching(this.pool.use(body));
  }

  transaction<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T> {
    return reaching(this.pool.transaction(body));
  }
}

/** @throws UnavailableError */
async function reaching<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isOutage(error) ? new UnavailableError(outageReason(error), { cause: error }) : error;
  }
}
