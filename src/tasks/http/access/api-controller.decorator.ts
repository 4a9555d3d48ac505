import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { AccessGuard } from './access.guard.js';
import { InputPipe } from '../protocol/input.pipe.js';
import { RedactInterceptor } from './redact.interceptor.js';
import { TasksErrorFilter } from '../protocol/tasks-error.filter.js';

/**
 * A controller of the API: guarded, its input checked, secrets hidden from viewers, its errors problem
 * documents. They are bound here and not globally, so a host's own routes stay as they are.
 */
export function ApiController(path = ''): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UseGuards(AccessGuard),
    UseInterceptors(RedactInterceptor),
    UsePipes(InputPipe),
    UseFilters(TasksErrorFilter),
  );
}
