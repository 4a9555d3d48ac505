import type { Job } from '../domain/job.js';

type Plan = Pick<Job, 'paused' | 'nextFireAt'>;

/** What a test asks for that cannot be, and what to write instead. */

export function noSuchJob(jobId: string, known: readonly string[]): Error {
  const which =
    known.length > 0
      ? `There are ${known.toSorted().join(', ')}.`
      : 'There are none: has app.init() been called, and time been advanced? advance(0) is enough.';
  return new Error(`There is no job "${jobId}", and no run of it. ${which}`);
}

/** @param job undefined: it was removed before it ran */
export function noRunYet(jobId: string, job: Plan | undefined, now: Date): Error {
  const at = `It is ${now.toISOString()}.`;
  return new Error(`The job "${jobId}" has not run. ${at} ${whatThen(job)}`);
}

function whatThen(job: Plan | undefined): string {
  if (job === undefined) return 'It has been removed.';
  if (job.paused) return 'The job is paused: resume it, or use runNow().';
  if (job.nextFireAt === null) return 'Nothing more is planned for it: use runNow().';
  const next = job.nextFireAt.toISOString();
  return `It fires next at ${next}: use advance(), runDue() or setTime('${next}').`;
}

export function noInstant(given: string): Error {
  return new Error(
    `"${given}" is no instant. Write it with its zone, like "2026-03-02T09:00:00Z" or "2026-03-02T10:00:00+01:00".`,
  );
}

export function timePast(instant: Date, now: Date): Error {
  return new Error(
    `It is ${now.toISOString()} already, and time does not go back to ${instant.toISOString()}. ` +
      'Let the test begin earlier: TasksTestingModule.forRoot({ now }).',
  );
}
