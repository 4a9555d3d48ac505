import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskContext } from '../tasks/index.js';
import { CleanOldFilesTask } from './clean-old-files.task.js';
import type { RemovedFile } from './removed-file.entity.js';
import { SampleTasksOptions } from './sample-tasks.options.js';

const fireAt = new Date('2026-11-23T08:00:00Z');
const old = new Date('2026-11-23T06:59:59Z');
const young = new Date('2026-11-23T07:00:00Z');

let base: string;
let folder: string;
let rows: Partial<RemovedFile>[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'clean-old-files-'));
  folder = join(base, 'inbox');
  rows = [];
});

afterEach(() => rm(base, { recursive: true }));

async function put(name: string, modifiedAt: Date): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), '12345');
  await utimes(join(folder, name), modifiedAt, modifiedAt);
}

function clean(signal: AbortSignal, stopAfterFirst?: () => void) {
  const insert = (row: Partial<RemovedFile>) => {
    rows.push(row);
    stopAfterFirst?.();
    return Promise.resolve();
  };
  const repository = { insert } as unknown as Repository<RemovedFile>;
  const options = Object.assign(new SampleTasksOptions(), { folder });
  return new CleanOldFilesTask(repository, options).clean(null, {
    fireAt,
    runId: '7',
    signal,
  } as TaskContext);
}

const never = new AbortController().signal;

describe('cleaning old files', () => {
  it('removes what is older than an hour at the fire time, and keeps a record', async () => {
    await put('old.txt', old);
    await put('young.txt', young);
    await expect(clean(never)).resolves.toEqual({ files: 1 });
    await expect(readdir(folder)).resolves.toEqual(['young.txt']);
    const path = join(folder, 'old.txt');
    expect(rows).toMatchObject([{ path, bytes: '5', modifiedAt: old, runId: '7' }]);
  });

  it('makes a folder that is missing', async () => {
    await expect(clean(never)).resolves.toEqual({ files: 0 });
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  it('touches neither links nor folders, nor what they lead to', async () => {
    await put('young.txt', young);
    await mkdir(join(folder, 'nested'));
    const outside = join(base, 'outside.txt');
    await writeFile(outside, '');
    await utimes(outside, old, old);
    await utimes(join(folder, 'nested'), old, old);
    await symlink(outside, join(folder, 'link.txt'));
    await expect(clean(never)).resolves.toEqual({ files: 0 });
    expect((await readdir(folder)).sort()).toEqual(['link.txt', 'nested', 'young.txt']);
    expect(await readdir(base)).toContain('outside.txt');
  });

  it('refuses a folder that is a link', async () => {
    await mkdir(join(base, 'elsewhere'));
    await symlink(join(base, 'elsewhere'), folder);
    await expect(clean(never)).rejects.toThrow('Remove the link, or name another.');
  });

  it('ends between two files when its signal is aborted', async () => {
    await put('a.txt', old);
    await put('b.txt', old);
    const stop = new AbortController();
    await expect(clean(stop.signal, () => stop.abort())).rejects.toThrow('aborted');
    expect(rows).toHaveLength(1);
    await expect(readdir(folder)).resolves.toHaveLength(1);
  });
});
