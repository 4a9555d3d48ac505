import type { Log, LogFields } from '../../src/tasks/domain/log.js';

/** A log that remembers what it was told, each line with its level before it. */
export interface RecordedLog extends Log {
  readonly lines: string[];
  /** The fields of those lines that have some. */
  readonly fields: LogFields[];
}

export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const fields: LogFields[] = [];
  const record = (level: string) => (message: string, given?: LogFields) => {
    lines.push(`${level}: ${message}`);
    if (given) fields.push(given);
  };
  return {
    lines,
    fields,
    error: record('error'),
    warn: record('warn'),
    log: record('log'),
    debug: record('debug'),
  };
}
