import { Module, type DynamicModule } from '@nestjs/common';
import { AttemptLimiter } from './attempt-limiter.js';
import { HostGuards } from './host-guards.js';
import { Refusals } from './refusals.js';
import { SessionSeal } from './session-seal.js';
import { Sessions } from './sessions.js';
import { TasksHttpOptions } from '../tasks-http.options.js';

/** What the guards of all controllers share: whoever is refused on one is refused on all. */
@Module({})
export class AccessModule {
  static for(options: TasksHttpOptions): DynamicModule {
    return {
      module: AccessModule,
      providers: [
        { provide: TasksHttpOptions, useValue: options },
        { provide: SessionSeal, useValue: new SessionSeal(options.keys, options.sessionSecret) },
        { provide: AttemptLimiter, useValue: new AttemptLimiter() },
        HostGuards,
        Refusals,
        Sessions,
      ],
      exports: [TasksHttpOptions, SessionSeal, AttemptLimiter, HostGuards, Refusals, Sessions],
    };
  }
}
