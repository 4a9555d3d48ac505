import { z } from 'zod';
import { InvalidInputError, RevisionConflictError, type Issue } from '../../domain/errors.js';
import type { Job } from '../../domain/job.js';
import { jobDto, READ_ONLY } from './job.dto.js';

/*
 * What a job shows and nobody can set. A client may send it back as it was given, so that what `GET`
 * answers is what `PUT` takes; one that would change it is told so. What has changed by itself since
 * then, such as the next fire time, is no mistake of the client.
 */

/** For the schemas of bodies. */
export const readOnlyFields: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  READ_ONLY.map((name) => [name, z.unknown().exactOptional().meta({ readOnly: true })]),
);

/** Fields of a body that are read-only, by name. */
export type Given = Readonly<Record<string, unknown>>;

/** Parts a body into what can be set and what cannot. */
export function parted<Own>(body: object): { readonly own: Own; readonly given: Given } {
  const isGiven = ([name]: [string, unknown]) => READ_ONLY.includes(name);
  const fields = Object.entries(body);
  return {
    own: Object.fromEntries(fields.filter((field) => !isGiven(field))) as Own,
    given: Object.fromEntries(fields.filter(isGiven)),
  };
}

/** They change with edits only, so they are as they were, or the client has changed them. */
const EDITED = ['id', 'paused', 'pauseReason', 'pausedAt', 'pausedUntil', 'overridden', 'origin'];
const FIXED = [...EDITED, 'state', 'createdAt'];

/** They go forward with time. */
const PASSING = {
  nextFireAt: 'lastFireAt',
  lastFireAt: 'lastFireAt',
  updatedAt: 'updatedAt',
} as const;

/**
 * @param given also `id` and `paused`, where those cannot be set
 * @throws RevisionConflictError where the job was seen before an edit, InvalidInputError naming each field
 *   that is another than it was
 */
export function assertUnchanged(given: Given, job: Job): void {
  const shown = JSON.parse(JSON.stringify(jobDto(job))) as Record<string, unknown>;
  const { revision = job.revision, tag = shown['tag'] } = given;
  if (revision !== job.revision || tag !== shown['tag']) {
    const seen = typeof revision === 'number' ? revision : job.revision;
    throw new RevisionConflictError(job.id, seen, job.revision, seen === job.revision);
  }
  const isAsItWas = (name: string) => same(given[name], shown[name]) || hasPassed(name, given, job);
  const changed = [...FIXED, ...Object.keys(PASSING)].filter(
    (name) => Object.hasOwn(given, name) && !isAsItWas(name),
  );
  if (changed.length > 0) throw new InvalidInputError('The job', changed.map(issueOf));
}

function hasPassed(name: string, given: Given, job: Job): boolean {
  if (!Object.hasOwn(PASSING, name)) return false;
  const value = given[name];
  const now = job[PASSING[name as keyof typeof PASSING]];
  if (value === null) return true;
  return typeof value === 'string' && now !== null && Date.parse(value) <= now.getTime();
}

/** As JSON has it; an instant is the same however it is written. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one === 'string' && typeof other === 'string' && !Number.isNaN(Date.parse(other))) {
    return one === other || Date.parse(one) === Date.parse(other);
  }
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What does set it. */
const REMEDIES: Readonly<Record<string, string>> = {
  paused: 'pause and resume the job for that',
  state: 'pause, resume or reset the job for that',
  nextFireAt: 'change the trigger for that',
};

const issueOf = (name: string): Issue => ({
  pointer: `/${name}`,
  message: `is read-only: send it as it was, or leave it out${REMEDIES[name] ? `; ${REMEDIES[name]}` : ''}`,
});
