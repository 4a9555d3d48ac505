/** Who sees what, and from where. */
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './browser.js';
import { portOf, rewritingProxy } from './rewriting-proxy.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { pictureBoth } from './pictures.js';
import { Visitor } from './visitor.js';

const entry = (role: string) =>
  `${role}-name:${role}:${createHash('sha256').update(`${role}-key`).digest('hex')}`;

let database: TestDatabase;
let node: ShopNode;
let proxy: Server;
let browser: Browser;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const keys = ['viewer', 'operator', 'admin'].map(entry).join(',');
  node = await ShopNode.start('web-1', database, { keys, at: '/ops/tasks' });
  proxy = await rewritingProxy('/a/b/c', node.url);
  url = `http://127.0.0.1:${portOf(proxy)}/a/b/c/ops/tasks`;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  proxy?.closeAllConnections();
  proxy?.close();
  await node?.stop();
  await database?.drop();
});

const signIn = async (page: Page, role: string) => {
  await page.getByLabel('API key').fill(`${role}-key`);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

/** What the API answers to the page, as whoever is signed in. */
const post = (page: Page, path: string): Promise<number> =>
  page.evaluate(
    `fetch(new URL(document.querySelector('meta[name=carillon-api]').content + '${path}', document.baseURI),
       { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((a) => a.status)`,
  );

it('asks for a key, refuses a wrong one, and keeps a deep link over all of it', async () => {
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(`${url}/jobs/daily-report/edit`);
  await signIn(page, 'nobody');
  await page.getByText('This API key is not known').waitFor();
  await pictureBoth(page, 'sign-in');
  await signIn(page, 'admin');
  await page.getByRole('heading', { name: 'Edit daily-report' }).waitFor();
  await page.reload();
  await page.getByText('at 09:00 from Monday to Friday').first().waitFor();
  await page.locator('[data-live=live]').waitFor();
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  expect(page.url()).toBe(`${url}/settings`);
  await page.getByText('admin-name').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  expect(complaints.policy).toEqual([]);
  const unexpected = complaints.console.filter((text) => !/status of 401/.test(text));
  expect(unexpected).toEqual([]);
});

it('finds its way from an address without a slash at the end', async () => {
  const { page } = await Visitor.come(browser);
  await page.goto(url);
  await signIn(page, 'viewer');
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  await page.locator('[data-job=daily-report]').waitFor();
  expect(page.url()).toBe(`${url}/jobs`);
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.reload();
  await page.getByText('Needs attention').waitFor();
  expect(page.url()).toBe(url);
});

it('shows a viewer no button, and the API refuses what one would do', async () => {
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(`${url}/jobs`);
  await signIn(page, 'viewer');
  await page.locator('[data-job=daily-report]').waitFor();
  const buttons = page.getByRole('button', { name: /run now|pause|new job|cancel|drain|resign/i });
  const page1 = await buttons.filter({ hasNotText: 'updates' }).count();
  await page.getByRole('link', { name: 'daily-report' }).click();
  await page.getByRole('heading', { name: 'How it behaves' }).waitFor();
  const page2 = await buttons.filter({ hasNotText: 'updates' }).count();
  await page.getByRole('link', { name: 'Cluster', exact: true }).click();
  await page.locator('[data-node=web-1]').waitFor();
  const page3 = await buttons.filter({ hasNotText: 'updates' }).count();
  expect([page1, page2, page3]).toEqual([0, 0, 0]);
  expect(await page.getByRole('checkbox').count()).toBe(0);
  expect(await post(page, 'jobs/daily-report/pause')).toBe(403);
  expect(await post(page, 'leader/resign')).toBe(403);
  expect(complaints.policy).toEqual([]);
});

it('lets an operator run and pause, and neither edit nor remove', async () => {
  const { page } = await Visitor.come(browser);
  await page.goto(`${url}/jobs/daily-report`);
  await signIn(page, 'operator');
  await page.getByRole('button', { name: 'Pause…' }).waitFor();
  expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Remove…' }).count()).toBe(0);
});
