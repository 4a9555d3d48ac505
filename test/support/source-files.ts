import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { rootFolder } from '../chaos/root-folder.js';

const SRC = join(rootFolder(), 'src');

/** One file of the house; its path is relative to `src`, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every source file but the unit specs. */
export function sourceFiles(): SourceFile[] {
  return (
    readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => /\.tsx?$/.test(path) && !/\.spec\.tsx?$/.test(path))
      // How the page is built is no part of it.
      .filter((path) => !path.endsWith('/vite.config.ts'))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }))
  );
}

/** What a file imports or re-exports, types too: a path relative to `src`, or a package. */
export function importsOf({ path, text }: SourceFile): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((target) => !target.endsWith('.css'))
    .map((target) =>
      target.startsWith('.') ? sourceOf(posix.join(posix.dirname(path), target)) : target,
    );
}

/** The source of what an import calls by the name that it is compiled to. */
function sourceOf(path: string): string {
  const tsx = path.replace(/\.js$/, '.tsx');
  return existsSync(join(SRC, tsx)) ? tsx : path.replace(/\.js$/, '.ts');
}

/** Whether it runs in a browser: what it imports is built into what is served, and installed by nobody. */
export const isOfPage = ({ path }: Pick<SourceFile, 'path'>): boolean =>
  path.startsWith('tasks/dashboard/page/');

/** The package that an import is of: `[]` for a file of ours and for what Node brings. */
export function packageOf(target: string): string[] {
  if (/\.tsx?$/.test(target) || target.startsWith('node:')) return [];
  return [target.split('/', target.startsWith('@') ? 2 : 1).join('/')];
}

export function lineCount({ text }: SourceFile): number {
  return text.trimEnd().split('\n').length;
}
