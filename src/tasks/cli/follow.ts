import { setTimeout as pause } from 'node:timers/promises';
import type { Line, Page, Run } from './answers.js';
import type { Place } from './command.js';

/** How often a run is looked at. */
const EVERY_MS = 500;

export const ended = ({ state }: Run): boolean => state !== 'pending' && state !== 'running';

/**
 * Waits for the end of a run.
 *
 * @param onLine is told its lines as they come; without it none are read
 * @returns the run as it ended
 */
export async function followed(
  { api, signal }: Place,
  id: string,
  onLine?: (line: Line) => void,
): Promise<Run> {
  const path = `runs/${encodeURIComponent(id)}`;
  let after: string | undefined;
  for (;;) {
    // Looked at before its lines are read: what it wrote until it ended is then among them.
    const run = await api.get<Run>(path);
    for (let more = onLine !== undefined; more;) {
      const page: Page<Line> = await api.get<Page<Line>>(`${path}/logs`, { after, limit: '1000' });
      page.items.forEach((line) => onLine!(line));
      after = page.items.at(-1)?.id ?? after;
      more = page.nextCursor !== null;
    }
    if (ended(run)) return run;
    await pause(EVERY_MS, undefined, { signal });
  }
}
