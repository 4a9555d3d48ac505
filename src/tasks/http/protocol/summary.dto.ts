import { z } from 'zod';

export const percentilesSchema = z
  .object({ p50: z.number(), p95: z.number() })
  .meta({ id: 'Percentiles', description: 'In milliseconds, to a tenth.' });

/** What ended in some time: how much by state, how late it started and how long it took. */
export const summarySchema = z.object({
  runs: z.record(z.string(), z.number().int()),
  lagMs: percentilesSchema.nullable(),
  durationMs: percentilesSchema.nullable(),
});
