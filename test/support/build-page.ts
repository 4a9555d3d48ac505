import { buildApplication, run } from './build.js';

/** Builds what the browser tests open: the page, and a host that mounts it. */
export default async function setup(): Promise<void> {
  await buildApplication();
  await run('tsc', ['-p', 'test/browser/app/tsconfig.build.json']);
}
