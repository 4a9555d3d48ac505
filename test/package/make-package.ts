import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  importsOf,
  isOfPage,
  packageOf,
  sourceFiles,
  type SourceFile,
} from '../support/source-files.js';
import { BUILT, libraryManifest, SHIPPED, type RootManifest } from './library-manifest.js';

/** What goes along as it is: links from one to the other hold in the package too. */
const DOCUMENTS = ['README.md', 'LICENSE', 'src/tasks/README.md', 'src/docs', 'src/operations'];

const isLibrary = (file: SourceFile) => file.path.startsWith('tasks/') && !isOfPage(file);

/** The built page, which is served as it is. */
const PAGE = 'dashboard/built';

/** The packages that the library imports, types included. */
export function libraryImports(): string[] {
  return sourceFiles()
    .filter(isLibrary)
    .flatMap((file) => importsOf(file).flatMap(packageOf));
}

/**
 * Makes the library's package from what is built, in place of an older one.
 *
 * @returns its folder, ready for `npm publish`
 */
export function makePackage(root: string): string {
  const folder = join(root, 'dist/package');
  rmSync(folder, { recursive: true, force: true });
  for (const { path } of sourceFiles().filter(isLibrary)) {
    for (const type of ['.js', '.d.ts']) ship(root, folder, path.replace(/\.ts$/, type));
  }
  cpSync(join(root, BUILT, PAGE), join(folder, SHIPPED, PAGE), { recursive: true });
  for (const name of DOCUMENTS) cpSync(join(root, name), join(folder, name), { recursive: true });
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  const manifest = libraryManifest(JSON.parse(text) as RootManifest, libraryImports());
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** Only what has a source: a build leaves what it once made. Maps would lead to sources that stay here. */
function ship(root: string, folder: string, path: string): void {
  const built = join(root, 'dist', path);
  const target = join(folder, SHIPPED, built.slice(join(root, BUILT).length));
  mkdirSync(dirname(target), { recursive: true });
  const text = readFileSync(built, 'utf8');
  writeFileSync(target, text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}
