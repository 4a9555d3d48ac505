import { z } from 'zod';
import { isTimeZone } from '../../triggers/days.js';

/** Whose days and hours are meant. Default: UTC. */
export const zoneSchema = z
  .string()
  .max(100)
  .refine(isTimeZone, { error: 'must be the name of an IANA time zone' })
  .default('UTC');
