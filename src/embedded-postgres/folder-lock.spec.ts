import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataFolder } from './data-folder.js';
import { lockFolder } from './folder-lock.js';

const silent = () => undefined;

let folder: DataFolder;

beforeEach(async () => {
  folder = new DataFolder(await mkdtemp(join(tmpdir(), 'folder-lock-')));
});

afterEach(() => rm(folder.path, { recursive: true }));

it('lets one in after the other, and tells who must wait', async () => {
  const story: string[] = [];
  const ears = new EventEmitter();
  let second: Promise<void> | undefined;
  await lockFolder(folder, silent, async () => {
    story.push('first in');
    second = lockFolder(
      folder,
      () => ears.emit('waiting'),
      async () => void story.push('second'),
    );
    await once(ears, 'waiting');
    story.push('first out');
  });
  await second;
  expect(story).toEqual(['first in', 'first out', 'second']);
});

it('is free again after a failure', async () => {
  await expect(lockFolder(folder, silent, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(await lockFolder(folder, silent, () => Promise.resolve(7))).toBe(7);
});
