import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is where in the data folder. */
export class DataFolder {
  constructor(readonly path: string) {}

  /** PostgreSQL's own data. */
  get cluster(): string {
    return join(this.path, 'postgres');
  }

  /** What the server says. A file, since a pipe would break with the one who started it. */
  get logFile(): string {
    return join(this.path, 'postgres.log');
  }

  /** The superuser's password, for its owner's eyes only. */
  get passwordFile(): string {
    return join(this.path, 'password');
  }

  /** The port used last. */
  get portFile(): string {
    return join(this.path, 'port');
  }

  get lock(): string {
    return join(this.path, 'lock');
  }

  async urlAt(port: number): Promise<string> {
    const password = await readFile(this.passwordFile, 'utf8').catch((cause: unknown) => {
      throw new Error(
        `The password of the database in ${this.path} cannot be read. ` +
          'Restore the file "password" there, or move the folder away to begin with an empty one.',
        { cause },
      );
    });
    return `postgresql://postgres:${encodeURIComponent(password.trim())}@127.0.0.1:${port}/postgres`;
  }

  async rememberedPort(): Promise<number | null> {
    const port = Number(await readFile(this.portFile, 'utf8').catch(() => ''));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  }

  async rememberPort(port: number): Promise<void> {
    if (port === (await this.rememberedPort())) return;
    // Root may have written it for a folder of another user, who may replace but not write it.
    await rm(this.portFile, { force: true });
    await writeFile(this.portFile, `${port}\n`);
  }
}

/** @throws Error if something else is where the data should be */
export async function hasCluster(folder: DataFolder): Promise<boolean> {
  if (!(await stat(folder.cluster).catch(() => null))) return false;
  if (await stat(join(folder.cluster, 'PG_VERSION')).catch(() => null)) return true;
  throw new Error(
    `${folder.cluster} is there but holds no PostgreSQL data (it has no PG_VERSION). ` +
      'Move it away to begin with an empty database.',
  );
}

/** @throws Error that names both versions; nothing is deleted */
export async function checkMajorVersion(folder: DataFolder, version: string): Promise<void> {
  const stored = (await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8')).trim();
  const installed = majorOf(version);
  if (stored === installed) return;
  throw new Error(
    `The database in ${folder.path} was made by PostgreSQL ${stored}, but PostgreSQL ${installed} ` +
      'is installed here, which cannot read it. To keep the data, export it with the version that ' +
      'made it; to begin with an empty database, move the folder away; or set DATABASE_URL to ' +
      `a running PostgreSQL.`,
  );
}

/** As PG_VERSION has it: `18` for 18.4. */
export function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}
