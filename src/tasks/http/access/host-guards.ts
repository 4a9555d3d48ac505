import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Decision } from './access.js';
import { covers } from '../api-key.js';
import type { Requirement } from './requires.decorator.js';
import { TasksHttpOptions } from '../tasks-http.options.js';

/** The guards of the host, in place of keys and sessions. */
@Injectable()
export class HostGuards {
  private instances: Promise<readonly CanActivate[]> | null = null;

  constructor(
    private readonly options: TasksHttpOptions,
    private readonly modules: ModuleRef,
  ) {}

  /** What the guards throw is the host's own answer, and goes on as it is. */
  async decide(context: ExecutionContext, required: Requirement | undefined): Promise<Decision> {
    if (required === undefined) return refused('no-role', 'This route declares no role.');
    for (const guard of await this.guards()) {
      const answer = guard.canActivate(context);
      if (!(await (isObservable(answer) ? lastValueFrom(answer) : answer))) {
        return refused('forbidden', 'A guard of the application refuses this request.');
      }
    }
    const caller = this.callerOf(context.switchToHttp().getRequest<unknown>());
    if (caller === null) return refused('forbidden', 'The application does not know this caller.');
    if (required === 'anyone' || required === 'page' || covers(caller.role, required)) {
      return { caller: { ...caller, via: 'host' } };
    }
    return refused(
      'role-too-low',
      `"${caller.name}" has the role ${caller.role}, and this needs ${required}.`,
      caller.name,
    );
  }

  private callerOf(request: unknown) {
    if (this.options.caller) return this.options.caller(request);
    return { name: 'host', role: 'admin' as const };
  }

  private guards(): Promise<readonly CanActivate[]> {
    this.instances ??= Promise.all(this.options.guards.map((guard) => this.instanceOf(guard)));
    return this.instances;
  }

  private async instanceOf(guard: Type<CanActivate> | CanActivate): Promise<CanActivate> {
    if (typeof guard !== 'function') return guard;
    try {
      return this.modules.get(guard, { strict: false });
    } catch {
      // No provider of any module: nobody has to list a guard that needs nothing.
      return this.modules.create(guard);
    }
  }
}

const refused = (code: string, detail: string, by?: string): Decision => ({
  refusal: { status: 403, code, detail, ...(by !== undefined && { by }) },
});
