import { Module, type DynamicModule } from '@nestjs/common';
import { Notifier } from './notifier.js';
import { Pings } from './pings.js';
import { TasksNotificationsOptions } from './tasks-notifications.options.js';

/** Tells of problems by webhooks and functions, and pings dead man's switches. It needs `TasksModule`. */
@Module({})
export class TasksNotificationsModule {
  /**
   * @param options what differs from the defaults of `TasksNotificationsOptions`, which tell nobody
   * @throws InvalidInputError at the start, for a URL that is none and for two receivers of one name
   */
  static forRoot(options: Partial<TasksNotificationsOptions> = {}): DynamicModule {
    const merged = Object.assign(new TasksNotificationsOptions(), options);
    return {
      module: TasksNotificationsModule,
      providers: [{ provide: TasksNotificationsOptions, useValue: merged }, Notifier, Pings],
    };
  }
}
