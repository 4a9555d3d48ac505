/**
 * Every error a caller can meet, in one place. Each has a stable `code`, carries its data and ends
 * with the remedy. What HTTP status a code becomes is decided in `http/`, not here.
 */

/** One refused field: a JSON pointer (RFC 6901) into the input, and what is wrong there. */
export interface Issue {
  readonly pointer: string;
  readonly message: string;
}

export abstract class TasksError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class InvalidInputError extends TasksError {
  readonly code = 'invalid-input';

  constructor(
    readonly subject: string,
    readonly issues: readonly Issue[],
  ) {
    super(
      `${subject} was refused: ${issues.map((i) => `${i.pointer || '/'} ${i.message}`).join('; ')}`,
    );
  }
}

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

export class DuplicateJobError extends TasksError {
  readonly code = 'duplicate-job';

  constructor(
    readonly jobId: string,
    readonly first: string,
    readonly second: string,
  ) {
    super(
      `Two methods share the job id "${jobId}": ${first} and ${second}. ` +
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
  ) {
    super(
      `Job "${jobId}" is still running (run ${liveRunId}) and its overlap policy is "skip". ` +
        `Wait for that run, or ask with {"overlap": "allow"}.`,
    );
  }
}

/** The database cannot be asked now. Nothing is known to have been changed. */
export class UnavailableError extends TasksError {
  readonly code = 'unavailable';

  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The scheduler's database is not available: ${reason}. Try again shortly.`, options);
  }
}
