import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { SeenJob } from '../../domain/job-requests.js';
import type { GuardedRequest } from './guarded-request.js';
import { seenBy } from './job-tag.js';
import { ProblemException } from './problem.js';

/**
 * The job that the header `If-Match` makes a condition of a change; undefined: whatever there is. Weak
 * tags never match, nor does one that no job of ours was given.
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  seenIn(context.switchToHttp().getRequest<GuardedRequest>().headers['if-match']),
);

function seenIn(header: string | undefined): number | SeenJob | undefined {
  const tag = header?.trim();
  if (tag === undefined || tag === '*') return undefined;
  const seen = seenBy(tag);
  if (seen !== null) return seen;
  if (/^(W\/)?"[^"]*"$/.test(tag)) {
    throw new ProblemException(
      412,
      'revision-conflict',
      `No job was ever at ${tag}. Read the job again and send its ETag as it is.`,
    );
  }
  throw new ProblemException(
    400,
    'malformed',
    'The header If-Match must be one ETag of a job with its quotes, its tag or revision in quotes, or *.',
  );
}
