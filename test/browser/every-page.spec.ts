/** Each page in both themes, wide and narrow: pictures to look at, and what a machine can find wrong. */
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.js';
import { seedHistory } from './history.js';
import { PICTURES } from './pictures.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { until } from '../support/until.js';
import { Visitor } from './visitor.js';

/** Those of the README, which shows copies of them. */
const SMALL = ['overview-light', 'overview-dark', 'jobs-light', 'schedule-dark'];

let database: TestDatabase;
let nodes: ShopNode[];
let browser: Browser;
let addresses: Record<string, string>;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  database = await createTestDatabase();
  await seedHistory(database);
  nodes = [await ShopNode.start('web-2', database)];
  nodes.push(await ShopNode.start('web-1', database), await ShopNode.start('worker-1', database));
  const [shop] = nodes as [ShopNode];
  await shop.send('POST', 'jobs', {
    id: 'remind-trial-ends',
    task: 'export',
    payload: { rows: 300 },
    tags: ['mail'],
    trigger: { type: 'cron', expression: '30 2 * * *', timeZone: 'Europe/Berlin' },
  });
  await shop.send('PATCH', 'jobs/refresh-rates', { timeoutMs: 60_000 });
  await shop.send('POST', 'jobs/rebuild-ledger/pause', { reason: 'migration of the ledger' });
  await database.query(`UPDATE carillon.jobs SET created_at = now() - interval '40 days'`);
  await database.query(
    `UPDATE carillon.jobs SET paused_at = now() - interval '9 days' WHERE id = 'rebuild-ledger'`,
  );
  const long = await shop.send('POST', 'jobs/remind-trial-ends/runs', { payload: { rows: 9_000 } });
  const failed = (await shop.get('runs?state=failed&job=settle-invoices&limit=1')) as {
    items: { id: string }[];
  };
  browser = await openBrowser();
  addresses = {
    overview: '',
    jobs: 'jobs',
    job: 'jobs/refresh-rates',
    edit: 'jobs/remind-trial-ends/edit',
    'new-job': 'new-job',
    runs: 'runs',
    run: `runs/${String(long['id'])}`,
    'failed-run': `runs/${failed.items[0]!.id}`,
    schedule: 'schedule',
    cluster: 'cluster',
    audit: 'audit',
    settings: 'settings',
  };
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(nodes?.map((node) => node.kill()) ?? []);
  await database?.drop();
});

/** What axe finds, with where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: axe.AxeResults = await page.evaluate('axe.run(document)');
  return found.violations.map(
    ({ id, nodes: where }) => `${id}: ${where.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** The page from its top, so high at most. */
async function picture(page: Page, name: string, most: number): Promise<void> {
  const { width } = page.viewportSize()!;
  const height = Math.min(most, Number(await page.evaluate('document.body.scrollHeight')));
  await page.screenshot({
    path: join(PICTURES, `${name}.png`),
    fullPage: true,
    clip: { x: 0, y: 0, width, height },
  });
}

const isSettled = `!document.querySelector('.skeleton, [aria-busy=true]') && document.querySelector('main h2, main table, main ul') !== null`;

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('each page can be read, fits a telephone, and breaks no rule', async () => {
    const { page, complaints } = await Visitor.come(browser, { colorScheme });
    const wrong: Record<string, unknown> = {};
    for (const [name, path] of Object.entries(addresses)) {
      await page.setViewportSize({ width: 1360, height: 900 });
      await page.goto(`${nodes[0]!.url}/${path}`);
      await until(`${name} is there`, () => page.evaluate(isSettled), 10_000);
      const found = await violations(page);
      if (found.length > 0) wrong[name] = found;
      await picture(page, `${name}-${colorScheme}`, 1_500);
      if (SMALL.includes(`${name}-${colorScheme}`)) {
        await page.setViewportSize({ width: 1080, height: 690 });
        await page.screenshot({ path: join(PICTURES, `small-${name}-${colorScheme}.png`) });
      }
      await page.setViewportSize({ width: 360, height: 780 });
      await picture(page, `${name}-${colorScheme}-360`, 1_400);
      const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      if (tooWide) wrong[`${name} at 360`] = 'scrolls sideways';
    }
    expect(wrong).toEqual({});
    expect(complaints).toEqual({ console: [], policy: [] });
  });
});
