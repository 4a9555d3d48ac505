import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFolder } from '../../chaos/root-folder.js';

/**
 * The peers have a `package.json` of their own, so that whoever installs this project gets none of
 * them. They are resolved from there, and no type check needs them.
 */
const FOLDER = join(rootFolder(), 'test/bench/peers');
const INSTALL = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];

/** Installs them where that has not been done. @throws Error where npm fails */
export function installPeers(say: (sentence: string) => void): void {
  const lock = join(FOLDER, 'node_modules/.package-lock.json');
  if (existsSync(lock) && wanted().every(([name, version]) => versionOf(name) === version)) return;
  say(
    `Installing ${wanted()
      .map(([name]) => name)
      .join(', ')} in test/bench/peers …`,
  );
  const { status } = spawnSync('npm', INSTALL, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${INSTALL.join(' ')} failed`);
}

/** Of what is installed; undefined: it is not. */
export function versionOf(name: string): string | undefined {
  const manifest = join(FOLDER, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** @typeParam Module what is used of it, written by hand */
export async function loadPeer<Module>(name: string): Promise<Module> {
  const path = createRequire(join(FOLDER, 'package.json')).resolve(name);
  const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: Module };
  // A CommonJS module is all in its default.
  return loaded.default ?? (loaded as Module);
}

function wanted(): (readonly [name: string, version: string])[] {
  const manifest = readFileSync(join(FOLDER, 'package.json'), 'utf8');
  return Object.entries(
    (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies,
  );
}
