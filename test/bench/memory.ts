import { readFileSync } from 'node:fs';

/** What a process has in memory that is its own, in MB. */
export function memoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? NaN) / 1_024;
}
