import { ScheduleModule } from '@nestjs/schedule';
import { expect, it, vi } from 'vitest';
import { TasksModule } from '../../src/tasks/index.js';

// The one line, changed; the service and its tests stay as they are.
vi.mock('./scheduling.js', () => ({ scheduling: () => TasksModule.forRoot({ store: 'memory' }) }));

await import('./newsletter.spec.js');

it('has tested the application with our module and without the other', async () => {
  const { NewsletterModule } = await import('./newsletter.module.js');
  const imports = Reflect.getMetadata('imports', NewsletterModule) as { module: unknown }[];
  expect(imports.map(({ module }) => module)).toEqual([TasksModule]);
  expect(imports[0]?.module).not.toBe(ScheduleModule);
});
