import type { Api } from './api.js';
import type { Exit } from './exit-codes.js';
import type { Given } from './given.js';

/** What a command gets from outside, so that it can be tried in one process. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line of the answer. */
  readonly out: (line: string) => void;
  /** A line beside the answer: what went wrong, or a hint. */
  readonly err: (line: string) => void;
  /** Ends with the command: Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A word after the command. */
export interface Argument {
  readonly name: string;
  readonly about: string;
  readonly optional?: true;
}

export interface Option {
  readonly about: string;
  /** What its value is called in the help; none: it is a switch. */
  readonly value?: string;
  readonly multiple?: true;
  /** By one letter. */
  readonly short?: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly args: readonly Argument[];
  readonly options: Readonly<Record<string, Option>>;
  run(given: Given, at: Place): Promise<Exit>;
}

/** Where a command works. */
export interface Place extends World {
  readonly api: Api;
  readonly json: boolean;
  /** The answer as it came, for scripts; else lines for people. */
  readonly answer: (body: unknown, lines: () => readonly string[]) => void;
}
