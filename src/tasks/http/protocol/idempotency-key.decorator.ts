import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from './guarded-request.js';
import { ProblemException } from './problem.js';

/** The header `Idempotency-Key`: what is asked for twice with the same key is done once. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<GuardedRequest>();
    const key = headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
    throw new ProblemException(
      400,
      'malformed',
      'The header Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.',
    );
  },
);
