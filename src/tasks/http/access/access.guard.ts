import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { Clock } from '../../domain/clock.js';
import { bearerOf, decideAccess, refuseBody, type Decision, type Refusal } from './access.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { rememberCaller } from './caller.js';
import type { GuardedRequest } from '../protocol/guarded-request.js';
import { HostGuards } from './host-guards.js';
import { ProblemException } from '../protocol/problem.js';
import { Refusals } from './refusals.js';
import { Requires } from './requires.decorator.js';
import { SECURITY_HEADERS } from '../protocol/security-headers.js';
import { Sessions } from './sessions.js';
import { TasksHttpOptions } from '../tasks-http.options.js';

/**
 * Asks `decideAccess` by what the handler declares, never by its path. It is what comes first, so it
 * also gives every answer the headers that it shall have.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly options: TasksHttpOptions,
    private readonly sessions: Sessions,
    private readonly attempts: AttemptLimiter,
    private readonly refusals: Refusals,
    private readonly hostGuards: HostGuards,
    private readonly clock: Clock,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const response = http.getResponse<unknown>();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      this.adapterHost.httpAdapter.setHeader(response, name, value);
    }
    const decision = await this.decided(context, request);
    if (decision.caller) rememberCaller(request, decision.caller);
    return true;
  }

  /** @throws ProblemException, or what the host's guards throw: refused changes are on record */
  private async decided(context: ExecutionContext, request: GuardedRequest) {
    let actor: string | null = null;
    try {
      const decision = await this.decide(context, request);
      if (!('refusal' in decision)) return decision;
      actor = decision.refusal.by ?? null;
      throw refusalOf(decision.refusal);
    } catch (error) {
      if (isChange(request)) {
        const path: string = this.adapterHost.httpAdapter.getRequestUrl(request) ?? '';
        const { method, ip: address = '' } = request;
        this.refusals.noteIfRefused(error, { actor, address, method, path });
      }
      throw error;
    }
  }

  private async decide(context: ExecutionContext, request: GuardedRequest): Promise<Decision> {
    const required = this.reflector.get(Requires, context.getHandler());
    if (this.options.guards.length > 0) {
      const decision = await this.hostGuards.decide(context, required);
      return 'refusal' in decision ? decision : (refuseBody(request.headers) ?? decision);
    }
    const { headers, ip = '' } = request;
    const now = this.clock.now();
    const needsNone = bearerOf(headers) !== null || required === 'anyone' || required === 'page';
    const session = needsNone ? null : ((await this.sessions.of(headers))?.caller ?? null);
    const decision = decideAccess(
      this.options,
      { headers, changes: isChange(request), session },
      required,
    );
    if ('refusal' in decision && decision.refusal.code === 'unknown-key') {
      this.attempts.refuse(ip, now);
    }
    return decision;
  }
}

const isChange = ({ method }: GuardedRequest) => method !== 'GET' && method !== 'HEAD';

function refusalOf({ status, code, detail }: Refusal): ProblemException {
  const headers = status === 401 ? { 'WWW-Authenticate': 'Bearer realm="carillon"' } : {};
  return new ProblemException(status, code, detail, {}, headers);
}
