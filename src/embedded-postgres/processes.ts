import { readFile } from 'node:fs/promises';
import { runAs } from './run-as.js';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The command line of a process: empty if it has ended or is a zombie, null where that cannot be
 * asked.
 */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') {
    return runAs(null, 'ps', ['-p', String(pid), '-o', 'command=']).catch(() => '');
  }
  try {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return words.replaceAll('\0', ' ').trim();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : null;
  }
}
