import type { Log } from '../../src/tasks/domain/log.js';

/** A log that remembers what it was told, each line with its level before it. */
export interface RecordedLog extends Log {
  readonly lines: string[];
}

export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const record = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return {
    lines,
    error: record('error'),
    warn: record('warn'),
    log: record('log'),
    debug: record('debug'),
  };
}
