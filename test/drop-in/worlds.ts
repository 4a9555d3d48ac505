import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { vi } from 'vitest';
import { TasksModule } from '../../src/tasks/index.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';

const NOW = '2026-03-02T12:00:00.000Z';

/** A host that runs, whose time passes when it is told. */
export interface Host {
  readonly app: TestingModule;
  readonly registry: SchedulerRegistry;
  readonly advance: (ms: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** One way in which a host's code may be scheduled. */
export interface World {
  readonly title: string;
  readonly isOurs: boolean;
  /** @throws what makes the start of the host fail */
  readonly start: (host: ModuleMetadata, options?: object) => Promise<Host>;
}

/** The original, and ours in its two modes, side by side. */
export const WORLDS: readonly World[] = [
  onTimers('@nestjs/schedule', false, () => ScheduleModule.forRoot()),
  onTimers('local mode', true, (options) => TasksModule.forRoot({ ...options, store: 'memory' })),
  {
    title: 'a cluster',
    isOurs: true,
    async start(host, options = {}) {
      const app = await begin(host, TasksTestingModule.forRoot({ now: NOW, ...options }));
      return {
        app,
        registry: app.get(SchedulerRegistry),
        advance: (ms) => app.get(TasksTesting).advance(ms),
        close: () => app.close(),
      };
    },
  },
];

export const OURS = WORLDS.filter(({ isOurs }) => isOurs);

function onTimers(
  title: string,
  isOurs: boolean,
  module: (options: object) => DynamicModule,
): World {
  return {
    title,
    isOurs,
    async start(host, options = {}) {
      vi.useFakeTimers({ now: new Date(NOW) });
      try {
        const app = await begin(host, module(options));
        const close = async () => {
          await app.close();
          vi.useRealTimers();
        };
        const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);
        return { app, registry: app.get(SchedulerRegistry), advance, close };
      } catch (error) {
        vi.useRealTimers();
        throw error;
      }
    },
  };
}

async function begin({ imports = [], ...host }: ModuleMetadata, scheduler: DynamicModule) {
  const made = await Test.createTestingModule({
    ...host,
    imports: [scheduler, ...imports],
  }).compile();
  return made.init();
}
