/**
 * Five errands for somebody who has never seen the page, by the page alone, each from the overview on, with
 * the number of clicks that it takes. What is typed is not counted.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { openBrowser } from './browser.js';
import { seedHistory } from './history.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { Visitor } from './visitor.js';

let database: TestDatabase;
let node: ShopNode;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let clicks: number;

const click = async (what: Locator) => {
  await what.click();
  clicks += 1;
};
const link = (name: string) => page.getByRole('link', { name, exact: true });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');

beforeAll(async () => {
  database = await createTestDatabase();
  await seedHistory(database);
  node = await ShopNode.start('web-1', database);
  await database.query(`UPDATE carillon.jobs SET created_at = now() - interval '40 days'`);
  browser = await openBrowser();
});
beforeEach(async () => {
  visitor = await Visitor.come(browser);
  page = visitor.page;
  clicks = 0;
  await page.goto(node.url);
  await page.getByText('web-1 leads').waitFor();
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await database?.drop();
});

it('find why the invoices were not settled last night: 2 clicks', async () => {
  await page.getByText('settle-invoices').first().waitFor();
  await click(link('Failed runs'));
  await click(page.locator('tbody tr').first().getByRole('link').first());
  await page.getByText('gateway did not answer within 30 s').first().waitFor();
  await page.getByText('connect ETIMEDOUT 10.0.4.7:443').waitFor();
  expect(clicks).toBe(2);
});

it('pause everything for a deploy, and say why: 3 clicks, and 1 to end it', async () => {
  await click(link('Cluster').first());
  await click(button('Pause everything…'));
  await dialog().getByLabel('Reason').fill('deploy of 2.15');
  await click(dialog().getByRole('button', { name: 'Pause', exact: true }));
  await page.locator('main').getByText('“deploy of 2.15”').first().waitFor();
  expect(clicks).toBe(3);
  await click(button('Resume the cluster'));
  await until('it goes on', async () => !(await node.get(''))['paused']);
  expect(clicks).toBe(4);
});

it('run one job again with another payload: 4 clicks', async () => {
  await node.send('POST', 'jobs', {
    id: 'orders-export',
    task: 'export',
    payload: { rows: 300 },
    trigger: { type: 'cron', expression: '0 5 * * *' },
  });
  await click(link('Jobs'));
  await click(page.locator('[data-job=orders-export]').getByRole('button', { name: 'Run now' }));
  await dialog().getByLabel('rows').fill('2');
  await click(dialog().getByRole('button', { name: 'Run now' }));
  await click(page.getByRole('link', { name: /^run \d+$/ }));
  await page.locator('main [data-state=succeeded]').first().waitFor();
  expect(clicks).toBe(4);
});

it('find which node is slow: 1 click', async () => {
  await node.send('POST', 'jobs', {
    id: 'sums',
    task: 'reckon',
    trigger: { type: 'cron', expression: '0 5 * * *' },
  });
  await node.send('POST', 'jobs/sums/runs', {});
  await click(link('Cluster').first());
  await page
    .locator('[data-node=web-1]')
    .getByText(/event loop/)
    .waitFor();
  expect(clicks).toBe(1);
});

it('move a job from 02:00 to 03:30, and see what the next change of the clocks does: 3 clicks', async () => {
  await click(link('nightly-export').first());
  await click(link('Edit'));
  await page.getByLabel('Expression').fill('30 3 * * *');
  await page.getByText('this fires as on other days').waitFor();
  await click(button('Save'));
  await until('it is moved', async () => {
    const { trigger } = await node.get('jobs/nightly-export');
    return (trigger as { expression: string }).expression === '30 3 * * *';
  });
  expect(clicks).toBe(3);
});
