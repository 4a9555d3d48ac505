import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HostGuards } from '../http/access/host-guards.js';
import { ProblemException } from '../http/protocol/problem.js';

/** Lets in whom all guards of the host let in. */
@Injectable()
export class DashboardGuard implements CanActivate {
  constructor(private readonly guards: HostGuards) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const decision = await this.guards.decide(context, 'anyone');
    if (!('refusal' in decision)) return true;
    const { status, code, detail } = decision.refusal;
    throw new ProblemException(status, code, detail);
  }
}
