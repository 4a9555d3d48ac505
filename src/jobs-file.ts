import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { configuredJobIssues, type ConfiguredJobInput } from './tasks/index.js';

/**
 * The jobs in a file: a list in YAML, of which JSON is a part.
 *
 * @throws JobsFileError
 */
export function readJobsFile(path: string): readonly ConfiguredJobInput[] {
  const jobs = parsed(path);
  if (!Array.isArray(jobs)) {
    throw new JobsFileError(['must hold a list of jobs, each with an id, a task and a trigger']);
  }
  const issues = configuredJobIssues(jobs);
  if (issues.length === 0) return jobs as readonly ConfiguredJobInput[];
  throw new JobsFileError(
    issues.map(({ pointer, message }) => {
      const [, index, ...field] = pointer.split('/');
      const { id } = (jobs[Number(index)] ?? {}) as { readonly id?: unknown };
      const name = typeof id === 'string' ? ` ("${id}")` : '';
      return `must be right in entry ${index}${name}: /${field.join('/')} ${message}`;
    }),
  );
}

/** What is wrong with a file of jobs, each as "it …". */
export class JobsFileError extends Error {
  constructor(readonly complaints: readonly string[]) {
    super(complaints.join('; '));
  }
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new JobsFileError([`must be a file that can be read (${messageOf(error)})`]);
  }
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new JobsFileError([`must be YAML or JSON (${messageOf(error)})`]);
  }
}

/** The first line: what follows it draws the place with dots and arrows. */
const messageOf = (error: unknown) => String((error as Error).message).split('\n')[0]!;
