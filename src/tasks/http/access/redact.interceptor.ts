import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { callerOf } from './caller.js';
import { redactAnswer } from '../protocol/redact-answer.js';
import { TasksHttpOptions } from '../tasks-http.options.js';

/**
 * Hides secrets from viewers, on every route and in every answer. Who may run a job sees all of it:
 * what he edits he sends back whole.
 */
@Injectable()
export class RedactInterceptor implements NestInterceptor {
  constructor(private readonly options: TasksHttpOptions) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const answers = next.handle();
    const caller = callerOf(context.switchToHttp().getRequest<object>());
    if (caller?.role !== 'viewer') return answers;
    return answers.pipe(map((answer) => redactAnswer(answer, this.options.redact)));
  }
}
