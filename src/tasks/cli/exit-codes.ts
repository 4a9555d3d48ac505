/** What the exit code of a command says to a script. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** It was answered, and the answer is bad: a refusal, or a run that did not succeed. */
  failed: 1,
  /** The command line is wrong; nothing was asked. */
  usage: 2,
  /** No server could be reached, what answered was none of ours, or nobody knows whether it was done. */
  unreachable: 3,
  /** The key is missing, wrong, or not allowed to do this. */
  denied: 4,
  /** There is no such job or run. */
  missing: 5,
  /** What there is stands in the way: an overlap, a run that has ended. */
  conflict: 6,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** A failure that is told in its own words, without a stack. */
export class CliError extends Error {
  constructor(
    readonly exit: Exit,
    message: string,
    /** The problem document, for `--json`. */
    readonly problem: unknown = null,
  ) {
    super(message);
  }
}

/** For an answer that is none of the good ones. */
export function exitOf(status: number): Exit {
  switch (status) {
    case 401:
    case 403:
    case 429:
      return EXIT.denied;
    case 404:
      return EXIT.missing;
    case 409:
    case 412:
      return EXIT.conflict;
    default:
      return EXIT.failed;
  }
}
