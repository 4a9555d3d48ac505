import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's. This file may run as it is, or compiled into `dist`. */
export function rootFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
