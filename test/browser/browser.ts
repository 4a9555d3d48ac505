import chromium from '@sparticuz/chromium';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium as driver, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium that is installed, else the one that comes in a package. */
async function executable(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return installed.find((path) => existsSync(path)) ?? chromium.executablePath();
}

export async function openBrowser(): Promise<Browser> {
  return driver.launch({
    executablePath: await executable(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
}
