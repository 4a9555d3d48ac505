/** What the page shows while nodes die, leave and come back. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './browser.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { Visitor } from './visitor.js';

let database: TestDatabase;
let nodes: ShopNode[];
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = [await ShopNode.start('web-1', database), await ShopNode.start('web-2', database)];
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(nodes.map((node) => node.kill()));
  await database?.drop();
});

it('sees the lead pass to another node, without a reload', async () => {
  const [first, second] = nodes as [ShopNode, ShopNode];
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(`${second.url}/cluster`);
  const leads = page.locator('[data-node=web-2]').getByText('leader');
  await page.locator('[data-node=web-1]').getByText('leader').waitFor();
  await page.locator('[data-live=live]').waitFor();
  await page.evaluate('window.sameDocument = true');
  const killedAt = performance.now();
  await first.kill();
  await leads.waitFor();
  const seenAfter = performance.now() - killedAt;
  await page.getByText('token 2').first().waitFor();
  expect(await page.evaluate('window.sameDocument')).toBe(true);
  expect(seenAfter).toBeLessThan(6_000);
  expect(complaints).toEqual({ console: [], policy: [] });
});

it('asks by itself while the stream is cut, says so, and goes on when it is back', async () => {
  const [, node] = nodes as [ShopNode, ShopNode];
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(`${node.url}/jobs`);
  await page.locator('[data-live=live]').waitFor();
  await page.locator('[data-job=import-orders]').waitFor();
  await node.kill();
  await page.locator('[data-live=polling]').waitFor();
  await page.locator('[data-job=import-orders]').waitFor();
  nodes[1] = await ShopNode.start('web-3', database, {}, Number(new URL(node.url).port));
  await page.locator('[data-live=live]').waitFor();
  await page.getByText('web-3 leads').waitFor();
  expect(complaints.policy).toEqual([]);
  const unexpected = complaints.console.filter((text) => !/Failed to load resource/.test(text));
  expect(unexpected).toEqual([]);
});
