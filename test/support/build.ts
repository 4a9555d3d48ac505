import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePackage } from '../package/make-package.js';

const ROOT = join(import.meta.dirname, '../..');
/** Each made into a folder of its own below `dist`. */
const APPS = ['test/app/tsconfig.build.json', 'test/chaos/tsconfig.build.json'];

/** Several projects of one run build each thing once. */
const shared = globalThis as { carillonBuilt?: Map<string, Promise<void>> };

/** Builds what the real processes of the end-to-end tests run, and the package of hosts. */
export default async function setup(): Promise<void> {
  await buildApplication();
  await once('apps', async () => {
    makePackage(ROOT);
    for (const app of APPS) await run('tsc', ['-p', app]);
  });
}

/** The server and its page, as `npm run build` makes them. */
export const buildApplication = (): Promise<void> =>
  once('application', async () => {
    await run('nest', ['build']);
    await run('vite', ['build', '--config', 'src/tasks/dashboard/page/vite.config.ts']);
  });

function once(what: string, build: () => Promise<void>): Promise<void> {
  const built = (shared.carillonBuilt ??= new Map());
  const building = built.get(what) ?? build();
  built.set(what, building);
  return building;
}

/** Runs a program that is installed here. */
export async function run(program: string, args: readonly string[]): Promise<void> {
  const path = join(ROOT, 'node_modules/.bin', program);
  await promisify(execFile)(path, args, { cwd: ROOT }).catch((failure: unknown) => {
    const { stdout = '', stderr = '' } = failure as { stdout?: string; stderr?: string };
    throw new Error(`"${program} ${args.join(' ')}" failed:\n${stdout}${stderr}`);
  });
}
