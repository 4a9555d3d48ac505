/**
 * Every error a caller can meet, in one place. Each has a stable `code`, carries its data and ends
 * with the remedy. What HTTP status a code becomes is decided in `http/`, not here.
 */

import { InvalidInputError, TasksError, type Issue } from '../triggers/invalid-input.js';

export { InvalidInputError, TasksError, type Issue };

export class JobNotFoundError extends TasksError {
  readonly code = 'job-not-found';

  constructor(readonly jobId: string) {
    super(`There is no job "${jobId}". List the jobs to see the ids that exist.`);
  }
}

export class JobExistsError extends TasksError {
  readonly code = 'job-exists';

  constructor(readonly jobId: string) {
    super(`A job "${jobId}" already exists. Choose another id, or remove that job first.`);
  }
}

export class RunNotFoundError extends TasksError {
  readonly code = 'run-not-found';

  constructor(readonly runId: string) {
    super(`There is no run "${runId}". It may have been pruned with the history.`);
  }
}

export class NodeNotFoundError extends TasksError {
  readonly code = 'node-not-found';

  constructor(readonly nodeId: string) {
    super(`There is no live node "${nodeId}". List the nodes to see their ids.`);
  }
}

export class UnknownTaskError extends TasksError {
  readonly code = 'unknown-task';

  constructor(
    readonly task: string,
    readonly known: readonly string[],
  ) {
    super(
      `No live node knows the task "${task}". ` +
        (known.length > 0
          ? `Known tasks: ${known.join(', ')}.`
          : 'No task is known yet: decorate a provider method with @Cron, @Interval, @Timeout or @Task.'),
    );
  }
}

/** What was asked for depends on nodes that cannot be heard now: nobody can say whether it is wrong. */
export class NodesSilentError extends TasksError {
  readonly code = 'nodes-silent';

  constructor(
    /** Names of nodes. */
    readonly nodes: readonly string[],
    /** What depends on them, at the beginning of a sentence. */
    readonly what: string,
  ) {
    super(
      `${what} depends on nodes that do not answer now: ${nodes.join(', ')}. ` +
        'Nothing was changed. See what keeps their signs of life from the database, and try again.',
    );
  }
}

export class DuplicateJobError extends TasksError {
  readonly code = 'duplicate-job';

  constructor(
    readonly jobId: string,
    readonly first: string,
    readonly second: string,
    /** What another scheduler says of it, for whoever looks for those words. */
    alsoSaid = '',
  ) {
    super(
      `Two methods share the job id "${jobId}": ${first} and ${second}. ${alsoSaid && `${alsoSaid} `}` +
        `Give one of them another name in its decorator.`,
    );
  }
}

/** A run asked for by hand that the job's overlap policy does not allow now. */
export class OverlappedError extends TasksError {
  readonly code = 'overlapped';

  constructor(
    readonly jobId: string,
    readonly liveRunId: string,
    readonly overlap: string = 'skip',
  ) {
    super(
      `Job "${jobId}" is still running (run ${liveRunId}) and its overlap policy is "${overlap}". ` +
        `Wait for that run, or ask with {"overlap": "allow"}.`,
    );
  }
}

/** An edit that was made on an outdated view of the job. */
export class RevisionConflictError extends TasksError {
  readonly code = 'revision-conflict';

  constructor(
    readonly jobId: string,
    readonly expected: number,
    readonly current: number,
    /** The job that was seen is gone, and another bears its id. */
    isAnother = false,
  ) {
    super(
      (isAnother
        ? `Job "${jobId}" was removed and made anew since it was read. `
        : `Job "${jobId}" is at revision ${current}, not ${expected}: somebody has changed it. `) +
        `Read it again and repeat the change.`,
    );
  }
}

/** A key that was used before, for another request. */
export class IdempotencyConflictError extends TasksError {
  readonly code = 'idempotency-conflict';

  constructor(readonly key: string) {
    super(`The idempotency key "${key}" was used for another request. Choose a new key.`);
  }
}

/** What was asked does not fit the state in which the run or the job is. */
export class WrongStateError extends TasksError {
  readonly code = 'wrong-state';
}

/** The host's own database cannot take part in runs. */
export class HostDatabaseError extends TasksError {
  readonly code = 'host-database';

  constructor(
    readonly reason: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(`Runs cannot be transactional: ${reason}. ${remedy}`, options);
  }
}

/** What needs a database was asked of a process that has none. */
export class NotInLocalModeError extends TasksError {
  readonly code = 'not-in-local-mode';

  constructor(readonly what: string) {
    super(
      `${what} is not possible with store "memory". Give TasksModule a databaseUrl, or test it with ` +
        `TasksTestingModule of carillon/testing.`,
    );
  }
}

/** The database cannot be asked now. */
export class UnavailableError extends TasksError {
  readonly code = 'unavailable';

  /** @param maybeDone the commit was on its way: the change may have been made */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
    readonly maybeDone = false,
  ) {
    super(
      `The scheduler's database is not available: ${reason}. ` +
        (maybeDone
          ? 'The change may have been made: look, or ask for it again.'
          : 'Nothing was changed. Try again shortly.'),
      options,
    );
  }
}
