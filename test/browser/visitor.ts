import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** What a page must never do while somebody uses it. */
export interface Complaints {
  readonly console: string[];
  readonly policy: string[];
}

/** Somebody who looks at the dashboard in a browser of their own, and notes what goes wrong in it. */
export class Visitor {
  private constructor(
    readonly page: Page,
    readonly complaints: Complaints,
  ) {}

  static async come(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: 1360, height: 900 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    const page = await context.newPage();
    const complaints: Complaints = { console: [], policy: [] };
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const text = `${message.text()} (${message.location().url})`;
      (/Content Security Policy/.test(text) ? complaints.policy : complaints.console).push(text);
    });
    page.on('pageerror', (error) => complaints.console.push(String(error)));
    await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
      console.error('Content Security Policy: ' + event.violatedDirective + ' ' + event.blockedURI))`);
    return new Visitor(page, complaints);
  }

  leave(): Promise<void> {
    return this.page.context().close();
  }
}
