import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isStorable } from '../../domain/storable.js';
import type { ChangeOptions } from '../../store/job-store.js';
import type { GuardedRequest } from '../protocol/guarded-request.js';
import { MAX_REASON } from '../protocol/change.dto.js';
import { callerOf } from './caller.js';
import { ProblemException } from '../protocol/problem.js';

/** Who asks for a change and, from the header `X-Reason`, why: both stand in the audit. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): ChangeOptions => {
  const request = context.switchToHttp().getRequest<GuardedRequest>();
  const reason = reasonOf(request.headers['x-reason']);
  return {
    actor: callerOf(request)?.name ?? 'anonymous',
    ...(reason !== null && { reason }),
  };
});

/** Headers carry ASCII only, so anything else is percent-encoded. */
function reasonOf(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const reason = decoded(String(header)).trim();
  if (reason.length <= MAX_REASON && isStorable(reason)) return reason === '' ? null : reason;
  throw new ProblemException(
    400,
    'malformed',
    `The header X-Reason must be a text of ${MAX_REASON} characters at most.`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
