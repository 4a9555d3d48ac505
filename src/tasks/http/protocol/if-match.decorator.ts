import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from './guarded-request.js';
import { ProblemException } from './problem.js';

/**
 * The revision that the header `If-Match` makes a condition of a change; undefined: whatever there is.
 *
 * A job's tag is its revision in quotes. It grows with edits only, so fires do not get in the way of
 * who edits. Weak tags never match, nor does one that no job of ours was given.
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  revisionOf(context.switchToHttp().getRequest<GuardedRequest>().headers['if-match']),
);

function revisionOf(header: string | undefined): number | undefined {
  const tag = header?.trim();
  if (tag === undefined || tag === '*') return undefined;
  const revision = /^"(\d{1,9})"$/.exec(tag)?.[1];
  if (revision !== undefined) return Number(revision);
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
    'The header If-Match must be one ETag of a job, such as "3" with its quotes, or *.',
  );
}

export const etagOf = ({ revision }: { readonly revision: number }): string => `"${revision}"`;
