import { z } from 'zod';
import { jobIdSchema, jobPatchSchema, newJobSchema, type NewJobInput } from '../../domain/job.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Conflict } from '../../domain/job-requests.js';
import { flatJobSchema, flatPatchSchema, isFlat } from './flat-form/flat-job.js';
import { changeOfFlat, jobOfFlat, type FlatChange } from './flat-form/from-flat.js';

/** What a client sends to make or change a job: in our own form, or in APScheduler's flat one. */
const ownJobSchema = newJobSchema.meta({ id: 'NewJob' });
const ownPatchSchema = jobPatchSchema.meta({ id: 'JobPatch' });
/** Where the path names the job, the body may leave its id out. */
const putSchema = newJobSchema.extend({ id: jobIdSchema.exactOptional() });

export interface JobBody {
  readonly job: Omit<NewJobInput, 'id'> & { readonly id?: string };
  readonly conflict: Conflict;
  readonly flat: boolean;
}

export interface PatchBody extends FlatChange {
  readonly flat: boolean;
}

export const newJobBodySchema = eitherForm(
  flatJobSchema,
  ownJobSchema,
  (flat): JobBody => ({
    job: jobOfFlat(flat),
    conflict: flat.replace_existing ? 'replace' : 'error',
    flat: true,
  }),
  (job): JobBody => ({ job, conflict: 'error', flat: false }),
);

const flatPutSchema = flatJobSchema.partial({ id: true });

export const putJobBodySchema = eitherForm(
  flatPutSchema,
  putSchema.meta({ id: 'PutJob' }),
  ({ id = '', ...flat }): JobBody => {
    const { id: _id, ...job } = jobOfFlat({ ...flat, id });
    return { job: id === '' ? job : { ...job, id }, conflict: 'replace', flat: true };
  },
  (job): JobBody => ({ job, conflict: 'replace', flat: false }),
);

export const patchJobBodySchema = eitherForm(
  flatPatchSchema,
  ownPatchSchema,
  (flat): PatchBody => ({ ...changeOfFlat(flat), flat: true }),
  (patch): PatchBody => ({ patch, next: undefined, flat: false }),
);

/** For the description of the API: what a body may be. */
export const BODY_FORMS = new Map<unknown, readonly z.ZodType[]>([
  [newJobBodySchema, [ownJobSchema, flatJobSchema]],
  [putJobBodySchema, [putSchema.meta({ id: 'PutJob' }), flatPutSchema.meta({ id: 'FlatPut' })]],
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
