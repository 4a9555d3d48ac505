import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { concatMap, Observable } from 'rxjs';
import { withoutWaiting } from '../../service/patience.js';
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
    const answers = hastily(next);
    const caller = callerOf(context.switchToHttp().getRequest<object>());
    if (caller?.role !== 'viewer') return answers;
    return answers.pipe(concatMap((answer) => redactAnswer(answer, this.options.redact)));
  }
}

/** A client hears at once that the database was not reached yet, and asks again. */
function hastily(next: CallHandler): Observable<unknown> {
  return new Observable((subscriber) => withoutWaiting(() => next.handle().subscribe(subscriber)));
}
