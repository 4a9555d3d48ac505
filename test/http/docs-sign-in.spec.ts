import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../browser/browser.js';
import { Visitor } from '../browser/visitor.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;
let browser: Browser;

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await http?.close();
});

it('a browser signs in on the page of the documentation, and reads it, also by a link from elsewhere', async () => {
  const { page, complaints } = await Visitor.come(browser);
  await page.goto(`${http.url}/scheduler/docs`);
  const key = page.getByLabel('API key');
  await key.fill('guess');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This API key is not known').waitFor();
  await key.fill('viewer-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The state of the cluster and of this node').waitFor();
  expect(await key.isVisible()).toBe(false);
  // A page of another site, with a link such as a mail has.
  const link = `<a href="${http.url}/scheduler/docs">a failing job</a>`;
  await page.goto(`data:text/html,${encodeURIComponent(link)}`);
  await page.getByText('a failing job').click();
  await page.getByText('The state of the cluster and of this node').waitFor();
  expect(complaints.policy).toEqual([]);
});
