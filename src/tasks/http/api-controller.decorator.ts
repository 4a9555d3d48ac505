import { applyDecorators, Controller, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { AccessGuard } from './access.guard.js';
import { InputPipe } from './input.pipe.js';
import { TasksErrorFilter } from './tasks-error.filter.js';

/**
 * A controller of the API: guarded, its input checked, its errors problem documents. They are bound
 * here and not globally, so a host's own routes stay as they are.
 */
export function ApiController(path = ''): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UseGuards(AccessGuard),
    UsePipes(InputPipe),
    UseFilters(TasksErrorFilter),
  );
}
