/**
 * Builds the application: the server, then its page. With `--if-changed` only if something of what it is made of
 * has changed since it was built here last, so that a second `npm start` starts at once.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const MADE_OF = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'nest-cli.json'];
const BUILT = ['dist/main.js', 'dist/tasks/dashboard/built/index.html'];

/** What the sources were when `dist` was built from them. */
const NOTE = 'dist/.built-from';

/** What `npx carillon` runs here. An installed package gets the right to be run from npm. */
const PROGRAM = 'dist/tasks/cli/bin.js';

const STEPS = [
  ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'src/tasks/dashboard/page/vite.config.ts'],
];

/**
 * @param {string} root
 * @param {boolean} ifChanged
 * @param {(step: readonly string[]) => number} run a script of Node with its arguments; its exit code
 * @returns {number} the exit code
 */
export function build(root, ifChanged, run) {
  const note = join(root, NOTE);
  // Before the build: what is changed while it lasts may not be in it.
  const made = sources(root);
  const built = [NOTE, ...BUILT].every((path) => typeOf(join(root, path)) === 'file');
  if (ifChanged && built && readFileSync(note, 'utf8') === made) return 0;
  // The compiler believes that what it wrote before is still there.
  if (!built) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  // A build that fails leaves a mixture.
  rmSync(note, { force: true });
  for (const step of STEPS) {
    const status = run(step);
    if (status !== 0) return status;
  }
  const program = join(root, PROGRAM);
  if (typeOf(program) === 'file') chmodSync(program, 0o755);
  writeFileSync(note, made);
  return 0;
}

/** Every file by name, size and time of its last change: another list is another application. */
function sources(root) {
  const hash = createHash('sha256');
  for (const path of MADE_OF.flatMap((name) => filesOf(join(root, name))).sort(byName)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const byName = (a, b) => (a < b ? -1 : 1);

function filesOf(path) {
  if (typeOf(path) !== 'folder') return typeOf(path) === 'file' ? [path] : [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((inside) => typeOf(inside) === 'file');
}

function typeOf(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() ? 'folder' : 'file';
}

function runHere(step) {
  const { status, error } = spawnSync(process.execPath, step, { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

if (realpathSync(process.argv[1]) === import.meta.filename) {
  process.exitCode = build(process.cwd(), process.argv.includes('--if-changed'), runHere);
}
