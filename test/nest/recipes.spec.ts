/** The recipes of the documents are these files, and they do what they say. */
import type { Provider, Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TasksService } from 'carillon';
import { TasksTesting, TasksTestingModule, type TasksTestingOptions } from 'carillon/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { blocksIn } from '../documents/blocks.js';
import { NightlyChain } from '../recipes/chain.js';
import { Newsletter } from '../recipes/fan-out.js';
import { Mailer, Payments, Reports, SearchIndex } from '../recipes/host.js';
import { Reindexing } from '../recipes/long-job.js';
import { Maintenance } from '../recipes/maintenance.js';
import { MonthlyReports } from '../recipes/monthly-report.js';
import { RECIPES } from '../recipes/parts.js';
import { Charging } from '../recipes/payment.js';
import { rolesOf, tasksModule } from '../recipes/processes.js';
import { ExportsModule } from '../recipes/region.js';
import { TenantJobs } from '../recipes/tenant-jobs.js';

const apps: TestingModule[] = [];
let testing: TasksTesting;

afterEach(async () => {
  for (const app of apps.splice(0).toReversed()) await app.close();
});

async function start(
  options: TasksTestingOptions,
  ...more: (Provider | ReturnType<typeof ExportsModule.forRegion>)[]
) {
  const isModule = (one: object) => 'module' in one;
  const module = Test.createTestingModule({
    imports: [TasksTestingModule.forRoot(options), ...(more.filter(isModule) as never[])],
    providers: more.filter((one) => !isModule(one)) as Provider[],
  });
  const app = await module.compile();
  apps.push(app);
  await app.init();
  return app;
}

/** One node with this recipe, and the application around it. */
async function cook<T>(recipe: Type<T>, now: string) {
  const app = await start({ now, timeZone: 'UTC' }, recipe, Reports, Payments, Mailer, SearchIndex);
  testing = app.get(TasksTesting);
  await testing.ready();
  return { app, recipe: app.get(recipe), tasks: app.get(TasksService) };
}

describe('src/docs/recipes.md', () => {
  const shown = blocksIn('ts').flatMap(([at, { code }]) =>
    at.startsWith('src/docs/recipes.md') ? [code] : [],
  );

  it('shows every recipe as it is tried here, and nothing else', () => {
    expect(shown.toSorted()).toEqual([...RECIPES.values()].toSorted());
  });
});

describe('the recipe', () => {
  it('of a report in the zone of a tenant', async () => {
    const { app, recipe } = await cook(MonthlyReports, '2026-03-20T00:00:00Z');
    await recipe.plan({ id: 'kiwi', timeZone: 'Europe/Berlin' });
    await recipe.plan({ id: 'kiwi', timeZone: 'Pacific/Auckland' });
    await testing.advance('12d');
    // Six in the morning of the first of April, there.
    const [run] = testing.runsOf('monthly-report-kiwi').filter(({ state }) => state !== 'skipped');
    expect(run).toMatchObject({ state: 'succeeded', fireAt: new Date('2026-03-31T17:00:00Z') });
    expect(app.get(Reports).written).toEqual(['kiwi 2026-03']);
  });

  it('of jobs for each tenant', async () => {
    const { app, recipe, tasks } = await cook(TenantJobs, '2026-03-02T08:00:00Z');
    const at = new Date('2026-03-02T09:00:00Z');
    const later = new Date('2026-03-03T09:00:00Z');
    const reminders = [
      { subject: 'trial', at },
      { subject: 'bill', at: later },
    ];
    for (const tenant of ['a', 'b', 'a']) await recipe.add(tenant, reminders);
    await testing.advance('2h');
    expect(app.get(Mailer).sent.toSorted()).toEqual(['a: trial', 'b: trial']);
    await recipe.add('b', reminders);
    await testing.advance('1h');
    expect(app.get(Mailer).sent).toHaveLength(2);
    await recipe.removeAllOf('a');
    expect((await tasks.getJobs()).items.map(({ id }) => id)).toEqual([
      'reminder-b-bill',
      'reminder-b-trial',
    ]);
  });

  it('of a long job that tells how far it is', async () => {
    const { app } = await cook(Reindexing, '2026-03-02T08:00:00Z');
    const seen = new Set<string | null | undefined>();
    app.get(SearchIndex).before = async () => {
      await testing.clock.sleep(1_000);
      seen.add(testing.lastRun('reindex').progress?.note);
    };
    const run = await testing.runNow('reindex');
    expect(run).toMatchObject({ state: 'succeeded', result: { pages: 4 } });
    expect([...seen]).toContain('page 2');
    await testing.advance('1s');
    const [line] = await app.get(TasksService).getLines(run.id);
    expect(line?.message).toBe('the index is complete');
  });

  it('of a long job that is cancelled', async () => {
    const { app, tasks } = await cook(Reindexing, '2026-03-02T08:00:00Z');
    const index = app.get(SearchIndex);
    index.before = async (page) => {
      if (page === 1) await tasks.cancelRun(testing.lastRun('reindex').id);
      await testing.clock.sleep(500);
    };
    expect(await testing.runNow('reindex')).toMatchObject({ state: 'cancelled' });
    expect(index.done).toEqual([0, 1]);
  });

  it('of a payment that is asked for again and made once', async () => {
    const { app, recipe } = await cook(Charging, '2026-03-02T08:00:00Z');
    const payments = app.get(Payments);
    payments.lost = 2;
    await recipe.chargeAt(new Date('2026-03-02T09:00:00Z'), { invoice: '7', amount: 30 });
    await testing.advance('2h');
    expect(testing.lastRun('charge-7')).toMatchObject({ state: 'succeeded', attempt: 3 });
    expect(payments.calls).toBe(3);
    expect([...payments.charged.values()]).toEqual([30]);
  });

  it('of one job that adds others', async () => {
    const { app } = await cook(Newsletter, '2026-03-02T07:00:00Z');
    await testing.advance('2h');
    await testing.runNow('newsletter');
    const sent = ['ann', 'bo', 'cy'].map((to) => `${to}@example.com: News of 2026-03-02`);
    expect(app.get(Mailer).sent.toSorted()).toEqual(sent);
  });

  it('of a pause for a deploy', async () => {
    const { recipe, tasks } = await cook(Maintenance, '2026-03-02T08:00:00Z');
    const paused = vi.fn<() => Promise<void>>(async () => {
      expect(await tasks.getState()).toMatchObject({ paused: true, pauseReason: 'version 7' });
    });
    await recipe.during('version 7', paused);
    expect(paused).toHaveBeenCalledOnce();
    expect((await tasks.getState()).paused).toBe(false);
    await expect(recipe.during('version 8', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect((await tasks.getState()).paused).toBe(false);
  });

  it('of processes for the web and for jobs', async () => {
    const web = await start({ roles: rolesOf('web'), nodeName: 'web' }, Reindexing, SearchIndex);
    testing = web.get(TasksTesting);
    await testing.ready();
    const { database, clock } = testing;
    const of = { database, clock, roles: rolesOf('worker'), nodeName: 'worker' };
    const worker = await start(of, Reindexing, SearchIndex);
    await testing.advance('10s');
    await testing.runNow('reindex');
    const nodes = await web.get(TasksService).getNodes();
    const { nodeId } = testing.lastRun('reindex');
    expect(nodes.find(({ id }) => id === nodeId)?.name).toBe('worker');
    expect(worker.get(SearchIndex).done).toHaveLength(4);
    expect(() => rolesOf('wrker')).toThrow('PROCESS is "wrker"');
    expect(tasksModule()).toMatchObject({ module: expect.any(Function) as unknown });
  });

  it('of a task that one region has', async () => {
    const us = await start(
      { nodeName: 'us', now: '2026-03-02T00:00:00Z' },
      ExportsModule.forRegion('us'),
    );
    testing = us.get(TasksTesting);
    await testing.ready();
    const { database, clock } = testing;
    await start({ database, clock, nodeName: 'eu' }, ExportsModule.forRegion('eu'));
    await testing.advance('4h');
    const nodes = await us.get(TasksService).getNodes();
    const run = testing.lastRun('export-eu');
    expect(run.state).toBe('succeeded');
    expect(nodes.find(({ id }) => id === run.nodeId)?.name).toBe('eu');
  });

  it('of a job that runs another when it has succeeded', async () => {
    const { app } = await cook(NightlyChain, '2026-03-02T00:00:00Z');
    await testing.setTime('2026-03-02T03:00:00Z');
    expect(testing.lastRun('mail-figures')).toMatchObject({ state: 'succeeded', cause: 'manual' });
    app.get(Reports).write = () => Promise.reject(new Error('no paper'));
    await testing.setTime('2026-03-03T04:00:00Z');
    expect(testing.lastRun('close-day').state).toBe('failed');
    expect(app.get(Mailer).sent).toHaveLength(2);
  });
});

// Is a test itself.
await import('../recipes/test-a-job.js');
