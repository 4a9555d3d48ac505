/**
 * What a line is about, for whoever searches the log: a program reads these, not the sentence. Besides
 * `event` they are named as everywhere: `jobId runId attempt nodeId task state reason fencingToken count`.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null>> & {
  /** Of what kind the line is, such as `leader.acquired`. */
  readonly event: string;
};

type Line = (message: string, fields?: LogFields) => void;

/** What the library says: a sentence for people, and its fields. Nest's `Logger` has this shape. */
export interface Log {
  readonly error: Line;
  readonly warn: Line;
  readonly log: Line;
  readonly debug: Line;
}

/** The same log, whose lines with fields bear these as well, as they are then. */
export function logWith(log: Log, common: () => Readonly<Record<string, string>>): Log {
  const line =
    (level: keyof Log): Line =>
    (message, fields) =>
      fields ? log[level](message, { ...fields, ...common() }) : log[level](message);
  return { error: line('error'), warn: line('warn'), log: line('log'), debug: line('debug') };
}
