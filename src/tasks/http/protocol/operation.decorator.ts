import { Reflector } from '@nestjs/core';
import type { z } from 'zod';

/** A request and what it is answered with. Each is sent by a test, so none of them can be wrong. */
export interface Example {
  readonly title: string;
  /** Parameters in the path. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
}

export interface OperationInfo {
  readonly summary: string;
  readonly description?: string;
  /** What is answered, by status; null: nothing. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Statuses of refusals, besides those that every route may give. */
  readonly problems?: readonly number[];
  /** Headers that are read, by name. */
  readonly headers?: readonly (keyof typeof HEADERS)[];
  /** Headers of the answer that matter. */
  readonly gives?: readonly (keyof typeof GIVEN)[];
  readonly examples?: readonly Example[];
  /** The answer's media type. Default: JSON. */
  readonly mediaType?: string;
}

/** What a handler is for, in the API's description. */
export const Operation = Reflector.createDecorator<OperationInfo>();

/** Headers of requests. */
export const HEADERS = {
  'If-Match':
    'Only if the job has this definition still: its ETag, its tag in quotes, or its revision in quotes, which a job that was made anew may have too.',
  'Idempotency-Key': 'Asked for twice with the same key, it is done once and answered alike.',
  'X-Reason': 'Why, for the audit. Percent-encoded where it is not ASCII.',
  'If-None-Match': '304 if all that is shown of the job is still the same: its ETag.',
  'Last-Event-ID': 'Continue after this event.',
} as const;

/** Headers of answers. */
export const GIVEN = {
  ETag: 'Of the job as it is shown, for If-None-Match, and of its definition, for If-Match.',
  Location: 'The path of what was made.',
} as const;
