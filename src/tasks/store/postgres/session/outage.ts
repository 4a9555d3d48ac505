import { TasksError } from '../../../domain/errors.js';
import { isRefusedRight, isStatementFault } from '../../statement-fault.js';

/** The database, or the way to it, is to blame: not what a statement says. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TasksError) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return isRefusedRight(error) || !isStatementFault(error);
  // The driver's own errors have no code: a connection that ended, a time limit, a full pool.
  return /connection|timeout|terminated|ended|closed/i.test(error.message);
}

/** Why it is out of reach, with the remedy where we know one. */
export function outageReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isRefusedRight(error)
    ? `${message}; GRANT it to the role that the scheduler connects as`
    : message;
}
