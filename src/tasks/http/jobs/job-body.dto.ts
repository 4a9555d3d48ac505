import { z } from 'zod';
import { jobIdSchema, jobPatchSchema, newJobSchema, type NewJobInput } from '../../domain/job.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Conflict } from '../../domain/job-requests.js';
import { parted, readOnlyFields, type Given } from './read-only.js';
import { flatJobSchema, flatPatchSchema, isFlat } from './flat-form/flat-job.js';
import { changeOfFlat, jobOfFlat, type FlatChange } from './flat-form/from-flat.js';

/** What a client sends to make or change a job: in our own form, or in APScheduler's flat one. */
const ownJobSchema = newJobSchema.extend(readOnlyFields).meta({ id: 'NewJob' });
/** Where the path names the job, the body may leave its id out. */
const putSchema = newJobSchema
  .extend({ ...readOnlyFields, id: jobIdSchema.exactOptional() })
  .meta({ id: 'PutJob' });
const sameAsBefore = (schema: z.ZodType) => schema.exactOptional().meta({ readOnly: true });
const ownPatchSchema = jobPatchSchema
  .extend({
    ...readOnlyFields,
    id: sameAsBefore(z.string()),
    paused: sameAsBefore(z.boolean()),
  })
  .meta({ id: 'JobPatch' });

export interface JobBody {
  readonly job: Omit<NewJobInput, 'id'> & { readonly id?: string };
  readonly conflict: Conflict;
  /** What of it cannot be set. */
  readonly given: Given;
  readonly flat: boolean;
}

export interface PatchBody extends FlatChange {
  readonly given: Given;
  readonly flat: boolean;
}

export const newJobBodySchema = eitherForm(
  flatJobSchema,
  ownJobSchema,
  (flat): JobBody => ({
    job: jobOfFlat(flat),
    conflict: flat.replace_existing ? 'replace' : 'error',
    given: {},
    flat: true,
  }),
  (body): JobBody => ({
    job: parted<JobBody['job']>(body).own,
    conflict: 'error',
    given: {},
    flat: false,
  }),
);

const flatPutSchema = flatJobSchema.partial({ id: true });

export const putJobBodySchema = eitherForm(
  flatPutSchema,
  putSchema,
  ({ id = '', ...flat }): JobBody => {
    const { id: _id, ...job } = jobOfFlat({ ...flat, id });
    const named = id === '' ? job : { ...job, id };
    return { job: named, conflict: 'replace', given: {}, flat: true };
  },
  (body): JobBody => {
    const { own: job, given } = parted<JobBody['job']>(body);
    return { job, conflict: 'replace', given, flat: false };
  },
);

export const patchJobBodySchema = eitherForm(
  flatPatchSchema,
  ownPatchSchema,
  (flat): PatchBody => ({ ...changeOfFlat(flat), given: {}, flat: true }),
  (body): PatchBody => {
    const { own, given } = parted<{ id?: unknown; paused?: unknown }>(body);
    const { id, paused, ...patch } = own;
    const same = {
      ...given,
      ...(id !== undefined && { id }),
      ...(paused !== undefined && { paused }),
    };
    return { patch, next: undefined, given: same, flat: false };
  },
);

/** A job that is checked later, by itself. */
export const anyJobSchema = z.unknown();

/** For the description of the API: what a body may be, or a part of it. */
export const BODY_FORMS = new Map<unknown, readonly z.ZodType[]>([
  [newJobBodySchema, [ownJobSchema, flatJobSchema]],
  [anyJobSchema, [ownJobSchema, flatJobSchema]],
  [putJobBodySchema, [putSchema, flatPutSchema.meta({ id: 'FlatPut' })]],
  [patchJobBodySchema, [ownPatchSchema, flatPatchSchema]],
]);

/**
 * Checks a body as the form that it is in, so that what is wrong is named by the names of that form.
 */
function eitherForm<Flat extends z.ZodType, Own extends z.ZodType, Body>(
  flat: Flat,
  own: Own,
  fromFlat: (flat: z.output<Flat>) => Body,
  fromOwn: (own: z.output<Own>) => Body,
) {
  return z.unknown().transform((input, context): Body => {
    const asFlat = isFlat(input);
    const parsed = asFlat ? flat.safeParse(input) : own.safeParse(input);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        context.issues.push({ ...issue, input } as z.core.$ZodRawIssue);
      }
      return z.NEVER;
    }
    try {
      if (asFlat) return fromFlat(parsed.data as z.output<Flat>);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      for (const { pointer, message } of error.issues) {
        const path = pointer.split('/').slice(1);
        context.issues.push({ code: 'custom', path, message, input });
      }
      return z.NEVER;
    }
    return fromOwn(parsed.data as z.output<Own>);
  });
}
