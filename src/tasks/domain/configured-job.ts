import { z } from 'zod';
import { jobPatchSchema, newJobSchema } from './job.js';

const disabled = z.boolean();

/** A job that the host's configuration declares, instead of its code. */
export const configuredJobSchema = newJobSchema
  .omit({ paused: true, deleteWhenDone: true })
  .extend({
    /** Declared, but not to be fired until somebody resumes it. Default: no. */
    disabled: disabled.default(false),
  });

export type ConfiguredJobInput = z.input<typeof configuredJobSchema>;
export type ConfiguredJob = z.output<typeof configuredJobSchema>;

/** What the host's configuration says otherwise of a job than the decorator that declares it. */
export const jobOverrideSchema = jobPatchSchema.omit({ deleteWhenDone: true }).extend({
  /** Whether it is fired only once somebody resumes it, whatever the decorator says. */
  disabled: z.exactOptional(disabled),
});

export type JobOverrideInput = z.input<typeof jobOverrideSchema>;
export type JobOverride = z.output<typeof jobOverrideSchema>;
