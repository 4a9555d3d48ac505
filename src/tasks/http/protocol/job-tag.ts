import { createHash } from 'node:crypto';
import type { SeenJob } from '../../domain/job-requests.js';

/**
 * The tags of jobs.
 *
 *   "3-mhgyp81k.Zt0bX3k2"
 *    └── definition ──┘ └ what else is shown ┘
 *
 * The first part stands for the definition: its revision, which grows with edits, and when the job was
 * made, so that a job that is made anew under the same id never has a tag of the former one. `If-Match`
 * is about this part alone: fires do not get in the way of who edits. The second part stands for the
 * rest of what is shown, such as the next fire time; `If-None-Match` is about the whole.
 */
const TAG = /^"(\d{1,9})(?:-([0-9a-z]{1,12})(?:\.[\w-]{1,20})?)?"$/;

/** Of the definition, without the quotes of a header. */
export const tagOf = ({ revision, createdAt }: SeenJob): string =>
  `${revision}-${createdAt.getTime().toString(36)}`;

/** The tag of a job for a header. Default: that of its definition alone. */
export const etagOf = (job: SeenJob, shown?: object): string =>
  shown === undefined ? `"${tagOf(job)}"` : `"${tagOf(job)}.${digest(shown)}"`;

/** What a tag stands for; a revision alone, as it is in the job, is one too. Null: no tag of a job. */
export function seenBy(tag: string): number | SeenJob | null {
  const [, revision, made] = TAG.exec(tag) ?? [];
  if (revision === undefined) return null;
  if (made === undefined) return Number(revision);
  return { revision: Number(revision), createdAt: new Date(Number.parseInt(made, 36)) };
}

/** @param known the header `If-None-Match`: what a client has already */
export const isAmong = (tag: string, known: string): boolean =>
  known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

/** Payloads stay out of it: they change with the definition, and no digest tells of secrets in them. */
const digest = (shown: object) =>
  createHash('sha256')
    .update(JSON.stringify(shown, (key, value: unknown) => (key === 'payload' ? 0 : value)))
    .digest('base64url')
    .slice(0, 12);
