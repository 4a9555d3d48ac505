import { Reports } from './host.js';
import { MonthlyReports } from './monthly-report.js';
// recipe
import { Test, type TestingModule } from '@nestjs/testing';
import { TasksService } from 'carillon';
import { TasksTesting, TasksTestingModule } from 'carillon/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

let app: TestingModule;
let testing: TasksTesting;

beforeEach(async () => {
  app = await Test.createTestingModule({
    imports: [TasksTestingModule.forRoot({ now: '2026-03-15T12:00:00Z' })],
    providers: [MonthlyReports, Reports],
  }).compile();
  await app.init();
  testing = app.get(TasksTesting);
  await testing.ready();
});

afterEach(() => app.close());

it('reports the month before, in the zone of the tenant', async () => {
  await app.get(MonthlyReports).plan({ id: 'kiwi', timeZone: 'Pacific/Auckland' });
  await testing.setTime('2026-03-31T18:00:00Z'); // the first of April, seven in the morning

  expect(testing.lastRun('monthly-report-kiwi').state).toBe('succeeded');
  expect(app.get(Reports).written).toEqual(['kiwi 2026-03']);
});

it('makes up for what fell into a pause, if it is asked to', async () => {
  await app.get(MonthlyReports).plan({ id: 'kiwi', timeZone: 'Pacific/Auckland' });
  await app.get(TasksService).pauseJob('monthly-report-kiwi');
  await testing.setTime('2026-03-31T23:00:00Z');
  await app.get(TasksService).resumeJob('monthly-report-kiwi', 'once');
  await testing.advance(0);

  expect(app.get(Reports).written).toEqual(['kiwi 2026-03']);
});
// end
