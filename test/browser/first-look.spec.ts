import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './browser.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { Visitor } from './visitor.js';

let database: TestDatabase;
let node: ShopNode;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await ShopNode.start('web-1', database);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await database?.drop();
});

it('shows who leads and what fires next, and a run of now as it ends', async () => {
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(node.url);
  await page.getByText('web-1 leads').waitFor();
  await page.locator('[data-live=live]').waitFor();
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  const row = page.locator('[data-job=clean-old-files]');
  await row.getByText('at minute 0').waitFor();
  await row.getByText('never').waitFor();
  await row.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await row.locator('[data-state=succeeded]').waitFor();
  expect(complaints).toEqual({ console: [], policy: [] });
});
