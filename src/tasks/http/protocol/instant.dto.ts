import { z } from 'zod';

/** An instant as it is sent in: RFC 3339 with a zone. */
export const instantSchema = z.iso
  .datetime({
    offset: true,
    error: 'must be an RFC 3339 instant with a zone, such as 2026-11-23T08:00:00Z',
  })
  .transform((at) => new Date(at));

/** An instant as it is answered. It stays a date, which JSON writes in UTC with milliseconds. */
export const instant = z.date();
