import { z } from 'zod';

export const percentilesSchema = z
  .object({ p50: z.number(), p95: z.number() })
  .meta({ id: 'Percentiles', description: 'In milliseconds, to a tenth.' });
