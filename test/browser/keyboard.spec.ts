/** Everything by the keyboard alone: no pointer is ever moved here. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './browser.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { Visitor } from './visitor.js';
import { until } from '../support/until.js';

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

it('finds a job, pauses it with a reason, and sees that it is so', async () => {
  const { page, complaints } = await Visitor.come(browser);
  const focused = (what: string): Promise<string> =>
    page.evaluate(`document.activeElement.${what}`);
  const press = (...keys: string[]) =>
    keys.reduce<Promise<void>>(
      (before, key) => before.then(() => page.keyboard.press(key)),
      Promise.resolve(),
    );
  /** Goes on by Tab until something that bears the words has the focus. */
  const tabTo = (words: string) =>
    until(`the focus is on ${words}`, async () => {
      await press('Tab');
      const text = await focused('textContent');
      return (text || (await focused('ariaLabel')) || '').includes(words);
    });
  await page.goto(node.url);
  await page.locator('[data-live=live]').waitFor();
  await press('Tab');
  expect(await focused('textContent')).toBe('Skip to the content');
  await press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('g', 'j');
  await page.locator('[data-job=daily-report]').waitFor();
  await press('/');
  await page.keyboard.type('report');
  await press('Enter');
  await page.locator('[data-job=import-orders]').waitFor({ state: 'detached' });
  await press('Escape');
  await page.evaluate('document.activeElement.blur()');
  await press('j');
  expect(await focused('textContent')).toBe('daily-report');
  await press('Enter');
  await page.getByRole('heading', { name: 'How it behaves' }).waitFor();
  await tabTo('Pause…');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Reason').focus();
  await page.keyboard.type('by keyboard');
  await press('Enter');
  await page.getByText('“by keyboard”').first().waitFor();
  await tabTo('More actions');
  await press('Enter');
  await tabTo('Backfill…');
  await press('Escape');
  await page.getByRole('button', { name: 'Backfill…' }).waitFor({ state: 'hidden' });
  expect(complaints).toEqual({ console: [], policy: [] });
});
