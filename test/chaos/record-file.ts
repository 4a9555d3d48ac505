import { existsSync, readFileSync } from 'node:fs';
import type { HandlerEnd, HandlerStart } from '../simulation/history.js';

interface Line {
  what: 'start' | HandlerEnd['state'];
  runId: string;
  jobId: string;
  fireAt: string;
  attempt: number;
  nodeId: string;
  at: string;
}

/** What the handlers wrote down. A line that a killed process did not finish is none. */
export function readRecord(path: string): { starts: HandlerStart[]; ends: HandlerEnd[] } {
  const starts: HandlerStart[] = [];
  const ends: HandlerEnd[] = [];
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  for (const line of text.split('\n').slice(0, -1)) {
    const { what, fireAt, at, ...rest } = JSON.parse(line) as Line;
    const entry = { ...rest, fireAt: new Date(fireAt), at: new Date(at) };
    if (what === 'start') starts.push(entry);
    else ends.push({ ...entry, state: what });
  }
  return { starts, ends };
}
