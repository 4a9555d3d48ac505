import type { Job } from '../../domain/job.js';
import { describe } from '../../triggers/words/describe.js';

/** When a job fires, in words; empty where this version cannot read its trigger. */
export function wordsOf({ id, trigger }: Pick<Job, 'id' | 'trigger'>): string {
  try {
    return describe(trigger, { seed: id });
  } catch {
    return '';
  }
}
