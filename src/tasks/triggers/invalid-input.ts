import type { z } from 'zod';

/** Bad input, and what every error of ours is made of. The other errors are in `domain/errors.ts`. */

/** One refused field: a JSON pointer (RFC 6901) into the input, and what is wrong there. */
export interface Issue {
  readonly pointer: string;
  readonly message: string;
}

export abstract class TasksError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class InvalidInputError extends TasksError {
  readonly code = 'invalid-input';

  constructor(
    readonly subject: string,
    readonly issues: readonly Issue[],
  ) {
    super(
      `${subject} was refused: ${issues.map((i) => `${i.pointer || '/'} ${i.message}`).join('; ')}`,
    );
  }
}

/** What is refused inside is named from where it stands in the whole. @throws InvalidInputError */
export function inside<T>(prefix: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const issues = error.issues.map((issue) => ({ ...issue, pointer: prefix + issue.pointer }));
    throw new InvalidInputError(error.subject, issues);
  }
}

/** zod's issues as JSON pointers. */
export function issuesOf(error: z.ZodError, prefix = ''): readonly Issue[] {
  return error.issues.flatMap((issue) => {
    const pointer = prefix + issue.path.map((part) => `/${escape(String(part))}`).join('');
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: `${pointer}/${escape(key)}`,
          message: 'is not a known field',
        }))
      : [{ pointer, message: issue.message }];
  });
}

const escape = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
