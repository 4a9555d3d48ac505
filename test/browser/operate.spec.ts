/** What an operator does, and what the page makes of it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { openBrowser } from './browser.js';
import { createTestDatabase, ShopNode, type TestDatabase } from './shop.js';
import { pictureBoth } from './pictures.js';
import { Visitor } from './visitor.js';

let database: TestDatabase;
let node: ShopNode;
let browser: Browser;
let visitor: Visitor;
let page: Page;

const open = async (path: string, options = {}) => {
  visitor = await Visitor.come(browser, options);
  page = visitor.page;
  await page.goto(`${node.url}/${path}`);
};

const dialog = () => page.getByRole('dialog');

beforeAll(async () => {
  database = await createTestDatabase();
  node = await ShopNode.start('web-1', database);
  browser = await openBrowser();
});
afterEach(async () => {
  const { complaints } = visitor;
  await visitor.leave();
  expect(complaints.policy).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
  await database?.drop();
});

it('pauses a job with a reason, which then stands on every view of it, and resumes it', async () => {
  await open('jobs/daily-report');
  await page.getByRole('button', { name: 'Pause…' }).click();
  await dialog().getByLabel('Reason').fill('the printer is broken');
  await pictureBoth(page, 'dialog-pause');
  await dialog().getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('“the printer is broken”').first().waitFor();
  expect(await node.get('jobs/daily-report')).toMatchObject({
    paused: true,
    pauseReason: 'the printer is broken',
  });
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  const row = page.locator('[data-job=daily-report]');
  await row.getByText('paused').waitFor();
  await row.getByText('“the printer is broken”').waitFor();
  await page.goto(`${node.url}/audit?job=daily-report`);
  await page.getByText('“the printer is broken”').waitFor();
  await page.goto(`${node.url}/jobs/daily-report`);
  await page.getByRole('button', { name: 'Resume…' }).click();
  await dialog().getByRole('button', { name: 'Resume', exact: true }).click();
  await until('the job is resumed', async () => !(await node.get('jobs/daily-report'))['paused']);
});

it('runs a job with another payload by a form, and follows its log until it is cancelled', async () => {
  await node.send('POST', 'jobs', {
    id: 'big export',
    task: 'export',
    payload: { rows: 5 },
    trigger: { type: 'cron', expression: '0 3 * * *' },
  });
  await open('jobs/big%20export');
  await page.getByRole('button', { name: 'Run now' }).click();
  await dialog().getByLabel('rows').fill('4000');
  await dialog().getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('link', { name: /^run \d+$/ }).click();
  const log = page.getByRole('log');
  await log.getByText('row 3 of 4000', { exact: true }).waitFor();
  await log.getByText('row 30 of 4000', { exact: true }).waitFor();
  await page.getByRole('progressbar').first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await dialog().getByRole('button', { name: 'Cancel the run' }).click();
  await page.locator('main [data-state=cancelled]').waitFor();
  await log.getByText(/stopped after row/).waitFor();
  expect(visitor.complaints.console).toEqual([]);
});

it('refuses a payload that the task does not take, at the field', async () => {
  await open('jobs/big%20export');
  await page.getByRole('button', { name: 'Run now' }).click();
  await dialog().getByLabel('rows').fill('0');
  await dialog().getByRole('button', { name: 'Run now' }).click();
  await dialog().locator('input[aria-invalid=true]').waitFor();
});

it('moves a job, sees what that does at the change of the clocks, and meets who was faster', async () => {
  await open('jobs/nightly-export/edit');
  const expression = page.getByLabel('Expression');
  await page.getByText('at 02:00 (Europe/Berlin)').first().waitFor();
  await page.getByText('this fires otherwise than on other days').waitFor();
  await expression.fill('30 3 * * *');
  await page.getByText('at 03:30 (Europe/Berlin)').first().waitFor();
  await page.getByText('this fires as on other days').waitFor();
  await expression.fill('61 * * * *');
  await page.getByRole('region', { name: 'When' }).getByRole('alert').waitFor();
  await expression.fill('30 3 * * *');
  await node.send('PATCH', 'jobs/nightly-export', { timeoutMs: 90_000 });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else has changed this job').waitFor();
  await page.getByText('90000').waitFor();
  await pictureBoth(page, 'conflict');
  await page.getByRole('button', { name: 'Go on with this' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Reset to the code' }).waitFor();
  expect(await node.get('jobs/nightly-export')).toMatchObject({
    trigger: { expression: '30 3 * * *' },
    timeoutMs: 90_000,
    overridden: expect.arrayContaining(['trigger']) as unknown,
  });
  await page.getByRole('button', { name: 'Reset to the code' }).click();
  await until('it is reset', async () => {
    const { overridden } = await node.get('jobs/nightly-export');
    return (overridden as string[]).length === 0;
  });
});

it('pauses many jobs at once', async () => {
  await open('jobs');
  for (const name of ['clean-old-files', 'refresh-rates']) {
    await page.getByLabel(`Choose ${name}`).check();
  }
  const bar = page.getByRole('toolbar');
  await bar.getByText('2 jobs chosen').waitFor();
  await bar.getByRole('button', { name: 'Pause…' }).click();
  await dialog().getByLabel('Reason').fill('deploy');
  await dialog().getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('2 paused.').waitFor();
  await page.locator('[data-job=refresh-rates] [data-state=paused]').waitFor();
});

it('backfills what it has shown before', async () => {
  await open('jobs/clean-old-files');
  await page.getByLabel('More actions').click();
  await page.getByRole('button', { name: 'Backfill…' }).click();
  await dialog().getByRole('button', { name: 'Show what would run' }).click();
  await dialog()
    .getByText(/^2[345] fire times would run/)
    .waitFor();
  await pictureBoth(page, 'dialog-backfill');
  await dialog()
    .getByRole('button', { name: /^Run 2[345]$/ })
    .click();
  await page.getByText(/fire times of clean-old-files are run/).waitFor();
});

it('makes a job at run time, and removes it once the word is written', async () => {
  await open('new-job');
  await page.getByLabel('Id', { exact: true }).fill('a/b %');
  await page.getByLabel('Task', { exact: true }).selectOption('export');
  await page.getByLabel('rows').fill('3');
  await page.getByRole('button', { name: 'Interval' }).click();
  await page.getByLabel('Every').fill('30');
  await page.getByText('every 30 minutes').first().waitFor();
  await page.getByRole('button', { name: 'Make the job' }).click();
  await page.getByRole('heading', { name: 'a/b %' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'a/b %' }).waitFor();
  await page.getByLabel('More actions').click();
  await page.getByRole('button', { name: 'Remove…' }).click();
  await dialog().getByLabel(/Write/).fill('remove');
  await pictureBoth(page, 'dialog-remove');
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await page.getByText('is removed.').waitFor();
});

it('stops the whole cluster and says so on every page, with who may end it', async () => {
  await open('cluster');
  await page.getByRole('button', { name: 'Pause everything…' }).click();
  await dialog().getByLabel('Reason').fill('release 2.15');
  await dialog().getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('“release 2.15”').first().waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const strip = page.locator('main').getByText('The cluster is paused');
  await strip.waitFor();
  await page.getByRole('button', { name: 'Resume the cluster' }).click();
  await strip.waitFor({ state: 'detached' });
});

describe.each([
  ['Asia/Tokyo', 9],
  ['America/New_York', -5],
])('in %s', (timezoneId, hours) => {
  it('shows each instant by the clocks there, and by UTC on demand', async () => {
    const { items } = (await node.get('runs?limit=1&state=succeeded')) as {
      items: { id: string; fireAt: string }[];
    };
    const [run] = items;
    await open(`runs/${run!.id}`, { timezoneId });
    const time = page.getByRole('list').filter({ hasText: 'started on' }).locator('time').first();
    const at = Date.parse(run!.fireAt);
    const there = new Date(at + hours * 3_600_000).toISOString().slice(11, 19);
    await time.getByText(there).waitFor();
    await page.getByLabel(/^Time zone/).click();
    await page.getByRole('button', { name: 'UTC' }).click();
    await time.getByText(run!.fireAt.slice(11, 19)).waitFor();
  });
});
