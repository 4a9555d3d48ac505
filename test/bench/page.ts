import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../browser/browser.js';
import { Visitor } from '../browser/visitor.js';
import { rootFolder } from '../chaos/root-folder.js';
import { NodeProcess } from '../support/node-process.js';
import { countAll, seed, type Size } from './api-seed.js';
import { benchDatabase, type BenchDatabase } from './bench-host.js';
import { Report, type BenchOptions } from './report.js';

/** What somebody waits for who looks at a month of runs in a browser: each page, and a long list that is scrolled. */
const RUNS = 1_000_000;
const ROUNDS = 3;
/** So often a list is asked for more before it is scrolled, 50 rows each time. */
const MORE = 10;
/** What the API takes for an answer, and what a browser calls a long task. */
const BUDGET = { answerMs: 300, stallMs: 50 };

const PAGES = [
  '',
  'jobs',
  'jobs/job-7',
  'runs',
  'runs?state=failed',
  'schedule',
  'audit',
  'cluster',
];
const LISTS = ['jobs?sort=name', 'runs'];

export async function run(options: BenchOptions): Promise<boolean> {
  if (!existsSync(join(rootFolder(), 'dist/tasks/dashboard/built/index.html')))
    throw new Error('The page is not built. Run "npm run build" before.');
  const runs = options.quick ? RUNS / 20 : RUNS;
  const size: Size = { runs, jobs: runs / 200, audit: runs / 10 };
  const database = await benchDatabase();
  try {
    await seed(database, size);
    await countAll(database);
    await database.query('VACUUM ANALYZE');
    return await look(database, size, options);
  } finally {
    await database.remove();
  }
}

async function look(database: BenchDatabase, size: Size, options: BenchOptions): Promise<boolean> {
  const report = new Report(options);
  report.say(
    `${size.jobs} jobs, ${size.runs} runs, ${size.audit} rows of the audit, ${database.version}`,
  );
  const env = { DATABASE_URL: database.url, NODE_NAME: 'bench', PORT: '0', TASKS_ROLES: 'api' };
  const node = new NodeProcess('bench', { script: join(rootFolder(), 'dist/main.js'), env });
  const browser = await openBrowser();
  try {
    const line = await node.saying('Listening on');
    const url = /http:\/\/[\d.:]+/.exec(line)![0];
    for (const path of PAGES) {
      const shown = await rounds(options, () => show(browser, `${url}/${path}`));
      const name = `/${path}`;
      report.add({
        name,
        figure: 'until its rows are there',
        unit: 'ms',
        values: shown.map((one) => one.shownMs),
      });
      report.add({
        name,
        figure: 'slowest answer',
        unit: 'ms',
        values: shown.map((one) => one.answerMs),
        budget: { atMost: BUDGET.answerMs },
      });
    }
    for (const path of LISTS) {
      const stalls = await rounds(options, () => scroll(browser, `${url}/${path}`));
      report.add({
        name: `/${path}`,
        figure: 'longest task in scrolling',
        unit: 'ms',
        values: stalls,
        budget: { atMost: BUDGET.stallMs },
      });
    }
    return report.end();
  } finally {
    await browser.close();
    await node.end('SIGTERM');
  }
}

async function rounds<T>({ quick }: BenchOptions, measure: () => Promise<T>): Promise<T[]> {
  const values: T[] = [];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) values.push(await measure());
  return values;
}

/** A browser that has never been here. */
async function visit<T>(
  browser: Browser,
  url: string,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const visitor = await Visitor.come(browser);
  const { page } = visitor;
  try {
    await page.addInitScript(`window.stalls = [];
      new PerformanceObserver((list) => stalls.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' })`);
    await page.goto(url);
    return await look(page);
  } finally {
    await visitor.leave();
  }
}

const IS_SHOWN = `document.querySelector('main') !== null &&
  document.querySelector('main [aria-busy=true], main .skeleton') === null`;
const NEXT_FRAME = 'new Promise((drawn) => requestAnimationFrame(drawn))';

const show = (browser: Browser, url: string) =>
  visit(browser, url, async (page) => {
    // All that it asks for has been answered, and is drawn.
    while (!(await page.evaluate(IS_SHOWN))) await page.evaluate(NEXT_FRAME);
    const shownMs = Number(await page.evaluate('performance.now()'));
    const answerMs = Number(
      await page.evaluate(`Math.max(...performance.getEntriesByType('resource')
        .filter(({ name }) => name.includes('/scheduler') && !name.includes('/events'))
        .map(({ requestStart, responseEnd }) => responseEnd - requestStart))`),
    );
    return { shownMs, answerMs };
  });

const scroll = (browser: Browser, url: string) =>
  visit(browser, url, async (page) => {
    const rows = page.locator('tbody tr');
    const more = page.getByRole('button', { name: 'Show more' });
    await rows.first().waitFor();
    for (let pages = 1; pages <= MORE && (await more.isVisible()); pages++) {
      const before = await rows.count();
      await more.click();
      while ((await rows.count()) === before) await page.evaluate(NEXT_FRAME);
    }
    await page.evaluate('new Promise((drawn) => requestIdleCallback(drawn))');
    await page.evaluate('scrollTo(0, 0); stalls.length = 0');
    for (let step = 0; step < 40; step++) {
      await page.mouse.wheel(0, 700);
      await page.evaluate(NEXT_FRAME);
    }
    return Number(await page.evaluate('Math.max(0, ...stalls)'));
  });
