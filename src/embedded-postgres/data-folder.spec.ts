import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMajorVersion, DataFolder, hasCluster, majorOf } from './data-folder.js';

let folder: DataFolder;

beforeEach(async () => {
  folder = new DataFolder(await mkdtemp(join(tmpdir(), 'data-folder-')));
});

afterEach(() => rm(folder.path, { recursive: true }));

it('puts the password into the URL, whatever its characters', async () => {
  await writeFile(folder.passwordFile, 'a/b@c\n');
  expect(await folder.urlAt(5433)).toBe('postgresql://postgres:a%2Fb%40c@127.0.0.1:5433/postgres');
});

it('says what to do when the password is gone', async () => {
  await expect(folder.urlAt(5433)).rejects.toThrow(/password.*Restore/);
});

describe('the remembered port', () => {
  it('is none in a new folder', async () => {
    expect(await folder.rememberedPort()).toBeNull();
  });

  it('is what was written last', async () => {
    await folder.rememberPort(5433);
    await folder.rememberPort(5440);
    expect(await folder.rememberedPort()).toBe(5440);
  });

  it.each(['rubbish', '0', '70000', '54.5'])('is none when the file holds %j', async (text) => {
    await writeFile(folder.portFile, text);
    expect(await folder.rememberedPort()).toBeNull();
  });
});

describe('the data', () => {
  it('is missing in a new folder', async () => {
    expect(await hasCluster(folder)).toBe(false);
  });

  it('is there with a PG_VERSION', async () => {
    await dataOf('18');
    expect(await hasCluster(folder)).toBe(true);
  });

  it('is not mistaken for something else in its place', async () => {
    await mkdir(folder.cluster);
    await expect(hasCluster(folder)).rejects.toThrow(/no PG_VERSION.*Move it away/s);
  });

  it('of the installed major version is taken', async () => {
    await dataOf('18');
    await expect(checkMajorVersion(folder, '18.4')).resolves.toBeUndefined();
  });

  it('of another major version is refused, naming both', async () => {
    await dataOf('17');
    await expect(checkMajorVersion(folder, '18.4')).rejects.toThrow(
      /PostgreSQL 17, but PostgreSQL 18.*move the folder away/s,
    );
  });
});

it('takes the first number for the major version', () => {
  expect([majorOf('18.4'), majorOf('9'), majorOf('18')]).toEqual(['18', '9', '18']);
});

async function dataOf(version: string): Promise<void> {
  await mkdir(folder.cluster);
  await writeFile(join(folder.cluster, 'PG_VERSION'), `${version}\n`);
}
