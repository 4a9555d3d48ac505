import { readdirSync, readFileSync } from 'node:fs';
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
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !/\.spec\.tsx?$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));
}

/** What a file imports or re-exports, types too: a path relative to `src`, or a package. */
export function importsOf({ path, text }: SourceFile): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.')
        ? posix.join(posix.dirname(path), fileName).replace(/\.js$/, '.ts')
        : fileName,
    );
}

/** The package that an import is of: `[]` for a file of ours and for what Node brings. */
export function packageOf(target: string): string[] {
  if (target.endsWith('.ts') || target.startsWith('node:')) return [];
  return [target.split('/', target.startsWith('@') ? 2 : 1).join('/')];
}

export function lineCount({ text }: SourceFile): number {
  return text.trimEnd().split('\n').length;
}
