import { existsSync, readFileSync } from 'node:fs';
import { NodeProcess } from './node-process.js';

export interface Recorded {
  readonly jobId: string;
  readonly fireAt: string;
  readonly attempt: number;
  readonly node: string;
}

/** A process of the recording application in `test/app`. Its options are those of `TasksModule`. */
export function recordingNode(
  name: string,
  record: string,
  options: Readonly<Record<string, unknown>> & { databaseUrl: string },
): NodeProcess {
  return new NodeProcess(name, {
    script: 'test-app/main.js',
    env: { RECORD: record, OPTIONS: JSON.stringify({ nodeName: name, ...options }) },
  });
}

/** Reads what the handlers wrote down. A line that a killed process did not finish is none. */
export function readRecord(path: string): Recorded[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Recorded);
}
