import type { DynamicModule, Provider, Type } from '@nestjs/common';
import {
  ScheduleModule,
  type ScheduleModuleAsyncOptions,
  type ScheduleModuleOptions,
  type ScheduleModuleOptionsFactory,
} from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { TasksModule } from '../../src/tasks/index.js';

/** A scheduler as a host imports it. */
export interface SchedulerModule {
  readonly title: string;
  readonly forRoot: (options?: ScheduleModuleOptions) => DynamicModule;
  readonly forRootAsync: (options: ScheduleModuleAsyncOptions) => DynamicModule;
}

/**
 * The original beside ours: whatever these specifications expect is first shown to be what
 * `@nestjs/schedule` does.
 */
export const MODULES: readonly SchedulerModule[] = [
  {
    title: '@nestjs/schedule',
    forRoot: (options) => ScheduleModule.forRoot(options),
    forRootAsync: (options) => ScheduleModule.forRootAsync(options),
  },
  {
    title: 'local mode',
    forRoot: (options) => TasksModule.forRoot({ ...options, store: 'memory' }),
    forRootAsync: ({ useFactory, useClass }) =>
      useClass
        ? TasksModule.forRootAsync({ useClass: inLocalMode(useClass) })
        : TasksModule.forRootAsync({
            useFactory: async () => ({ ...(await useFactory?.()), store: 'memory' }),
          }),
  },
];

function inLocalMode(Factory: Type<ScheduleModuleOptionsFactory>) {
  return class {
    async createScheduleOptions() {
      const options = await new Factory().createScheduleOptions();
      return { ...options, store: 'memory' as const };
    }
  };
}

/** An application with these providers, made but not yet started. */
export function applicationOf(
  imports: (DynamicModule | Type)[],
  providers: Provider[],
): Promise<TestingModule> {
  return Test.createTestingModule({ imports, providers }).compile();
}
