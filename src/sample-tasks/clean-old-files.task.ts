import { lstat, opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { TaskOptions, type TaskContext } from '../tasks/index.js';
import { openOwnFolder } from './own-folder.js';
import { RemovedFile } from './removed-file.entity.js';
import { SampleTasksOptions } from './sample-tasks.options.js';

/**
 * Cron, and what a task that takes long should do: it removes old files from a folder and keeps a
 * record of each.
 *
 * It looks at its signal between two files, so that a node that stops is not held up. What was
 * removed until then is on record, and the next run goes on with the rest.
 */
@Injectable()
export class CleanOldFilesTask {
  constructor(
    @InjectRepository(RemovedFile) private readonly removed: Repository<RemovedFile>,
    private readonly options: SampleTasksOptions,
  ) {}

  @Cron(CronExpression.EVERY_MINUTE, { name: 'clean-old-files' })
  @TaskOptions({ tags: ['files'] })
  async clean(_payload: unknown, { fireAt, runId, signal }: TaskContext) {
    const { folder, fileMaxAgeMs } = this.options;
    const oldest = new Date(fireAt.getTime() - fileMaxAgeMs);
    let files = 0;
    await openOwnFolder(folder);
    for await (const entry of await opendir(folder)) {
      signal.throwIfAborted();
      // Neither folders nor links: a link is removed by nobody and followed by nobody.
      if (!entry.isFile()) continue;
      const path = join(folder, entry.name);
      const file = await removeIfOlder(path, oldest);
      if (!file) continue;
      await this.removed.insert({ ...file, path, runId, removedAt: new Date() });
      files++;
    }
    return { files };
  }
}

/** Undefined: the file is younger, or somebody else removed it just now. */
async function removeIfOlder(path: string, oldest: Date) {
  try {
    const { size, mtime } = await lstat(path);
    if (mtime >= oldest) return undefined;
    await unlink(path);
    return { bytes: String(size), modifiedAt: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
