import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands between the markers of a recipe's file. */
const partOf = (text: string) => /^\/\/ recipe\n(.*?)^\/\/ end$/ms.exec(text)?.[1];

/** Each recipe as a document shows it, by its file. */
export const RECIPES: ReadonlyMap<string, string> = new Map(
  readdirSync(import.meta.dirname).flatMap((file) => {
    const part = partOf(readFileSync(join(import.meta.dirname, file), 'utf8'));
    return part === undefined ? [] : [[file, part] as const];
  }),
);
