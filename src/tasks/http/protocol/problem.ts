import { HttpException } from '@nestjs/common';
import type { Issue, UnknownTaskError } from '../../domain/errors.js';

/** What an error looks like over HTTP: a problem document (RFC 9457). */
export interface Problem {
  /** Tells problems apart by a stable name: `urn:carillon:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What is wrong this time, for people. */
  readonly detail: string;
  /** The last part of `type`. */
  readonly code: string;
  /** The refused fields. */
  readonly errors?: readonly Issue[];
  readonly [extension: string]: unknown;
}

export function problem(
  status: number,
  code: string,
  detail: string,
  extensions: Readonly<Record<string, unknown>> = {},
): Problem {
  const words = code.replaceAll('-', ' ');
  return {
    type: `urn:carillon:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail,
    code,
    ...extensions,
  };
}

/** Thrown where HTTP itself refuses a request, before any task is asked. */
export class ProblemException extends HttpException {
  readonly problem: Problem;

  constructor(
    status: number,
    code: string,
    detail: string,
    extensions: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const body = problem(status, code, detail, extensions);
    super(body, status);
    this.problem = body;
  }
}

/** @param forMs until the address is listened to again */
export function tooManyAttempts(forMs: number): ProblemException {
  return new ProblemException(
    429,
    'too-many-attempts',
    'Too many wrong keys came from this address. Wait, and send a key that is configured.',
    {},
    { 'Retry-After': String(Math.ceil(forMs / 1_000)) },
  );
}

/** @param pointer to the field that named the task */
export function unknownTask(
  { code, message }: UnknownTaskError,
  pointer: string,
): ProblemException {
  const issue: Issue = { pointer, message: 'is not a task that a live node knows' };
  return new ProblemException(422, code, message, { errors: [issue] });
}
