import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingHttpHeaders } from 'node:http';
import { refuseAccess } from './access.js';
import { ProblemException } from './problem.js';
import { Requires } from './requires.decorator.js';
import { TasksHttpOptions } from './tasks-http.options.js';

/** Asks `refuseAccess` by what the handler declares, never by its path. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly options: TasksHttpOptions,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: IncomingHttpHeaders }>();
    const refusal = refuseAccess(
      this.options,
      headers,
      this.reflector.get(Requires, context.getHandler()),
    );
    if (refusal === null) return true;
    throw new ProblemException(
      refusal.status,
      refusal.code,
      refusal.detail,
      {},
      refusal.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="carillon"' } : {},
    );
  }
}
