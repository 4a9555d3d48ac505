import { lstat, mkdir } from 'node:fs/promises';

/**
 * Makes sure that the folder is there.
 *
 * @throws Error for a symbolic link: a task that removes files must not be led elsewhere.
 */
export async function openOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!(await lstat(folder)).isDirectory()) {
    throw new Error(
      `${folder} is not a folder of its own but a link. Remove the link, or name another.`,
    );
  }
}
