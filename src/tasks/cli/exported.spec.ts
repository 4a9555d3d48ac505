import { expect, it } from 'vitest';
import { jobSchema, READ_ONLY } from '../http/jobs/job.dto.js';
import { DEFINED } from './exported.js';

it('an export holds all that somebody can decide of a job', () => {
  const decided = Object.keys(jobSchema.shape).filter((name) => !READ_ONLY.includes(name));
  expect([...DEFINED, 'id', 'paused'].sort()).toEqual(decided.sort());
});
