import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import {
  InvalidInputError,
  OverlappedError,
  RevisionConflictError,
  TasksError,
  UnknownTaskError,
} from '../../domain/errors.js';
import { problem, ProblemException, unknownTask, type Problem } from './problem.js';
import { TasksLogger } from '../../node/tasks-logger.js';

/** The HTTP status of each code. A code that is missing here is the server's fault. */
const STATUS: Readonly<Record<string, number>> = {
  'invalid-input': 422,
  'unknown-task': 422,
  'job-not-found': 404,
  'run-not-found': 404,
  'node-not-found': 404,
  'job-exists': 409,
  overlapped: 409,
  'wrong-state': 409,
  'revision-conflict': 409,
  'idempotency-conflict': 422,
  'not-in-local-mode': 501,
  'nodes-silent': 503,
  unavailable: 503,
};

/** Names for the refusals of Nest and of the server below it. */
const CODE: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'unavailable',
};

const RETRY_AFTER_SECONDS = '2';

/**
 * Answers every error with a problem document. An error that nobody foresaw is logged under an id,
 * and the answer carries that id and nothing else.
 */
@Catch()
export class TasksErrorFilter implements ExceptionFilter {
  private readonly logger = new TasksLogger('TasksHttp');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const adapter = this.adapterHost.httpAdapter;
    const response: unknown = host.switchToHttp().getResponse();
    const answer = problemOf(exception) ?? this.unexpected(exception);
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    const headers = exception instanceof ProblemException ? exception.headers : {};
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
    if (answer.status === 503) adapter.setHeader(response, 'Retry-After', RETRY_AFTER_SECONDS);
    adapter.setHeader(response, 'Content-Type', 'application/problem+json');
    // As text: an object that is no `application/json` is taken for a mistake by Nest 11 on Express.
    adapter.reply(response, JSON.stringify(answer), answer.status);
  }

  private unexpected(exception: unknown): Problem {
    const id = randomUUID();
    this.logger.error(
      `Request failed unexpectedly, error id ${id}`,
      exception instanceof Error ? exception.stack : String(exception),
    );
    return problem(500, 'unexpected', `Something went wrong. The log has it under ${id}.`, {
      errorId: id,
    });
  }
}

/** What an error is answered with; null: nobody foresaw it. */
export function problemOf(exception: unknown): Problem | null {
  if (exception instanceof ProblemException) return exception.problem;
  if (exception instanceof UnknownTaskError) return unknownTask(exception, '/task').problem;
  if (exception instanceof TasksError) {
    const status = statusOf(exception);
    return status === undefined
      ? null
      : problem(status, exception.code, exception.message, extensionsOf(exception));
  }
  const status =
    exception instanceof HttpException ? exception.getStatus() : parsersStatus(exception);
  if (status === null || status === 500) return null;
  return problem(status, CODE[status] ?? `http-${status}`, (exception as Error).message);
}

/** Nest 11 hands on what the parser of bodies throws as it is. Null: it is none of those. */
function parsersStatus(exception: unknown): number | null {
  const { status, expose } = (exception ?? {}) as { status?: unknown; expose?: unknown };
  const isRefusal = exception instanceof Error && expose === true;
  return isRefusal && typeof status === 'number' && status < 500 ? status : null;
}

/**
 * The status of an error; undefined: it is the server's fault. A cursor is not written by people: a bad
 * one is a malformed request, not a wrong choice.
 */
export function statusOf(error: TasksError): number | undefined {
  const isCursor =
    error instanceof InvalidInputError &&
    error.issues.every((issue) => issue.pointer === '/cursor');
  return isCursor ? 400 : STATUS[error.code];
}

function extensionsOf(error: TasksError): Record<string, unknown> {
  if (error instanceof InvalidInputError) return { errors: error.issues };
  if (error instanceof OverlappedError) return { liveRunId: error.liveRunId };
  if (error instanceof RevisionConflictError) return { currentRevision: error.current };
  return {};
}
