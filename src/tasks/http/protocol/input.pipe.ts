import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { InvalidInputError, type Issue } from '../../domain/errors.js';
import { issuesOf } from '../../triggers/invalid-input.js';
import { ProblemException } from './problem.js';
import { findUnstorable } from './unstorable.js';

/** So many refused fields are named at most. */
const MAX_ISSUES = 20;

/**
 * Checks bodies, queries and path parameters against the schema their decorator names.
 *
 * Wrong shapes and types are malformed (400). What has the right shape but makes no sense, such as
 * a time zone that does not exist, is left to the status of `invalid-input` (422): those are the
 * schemas' own refinements, which zod reports as `custom`.
 */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { type, schema }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    const unstorable = findUnstorable(value);
    if (unstorable !== null) throw malformed(type, [unstorable]);
    if (!(schema instanceof z.ZodType)) return value;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issues = issuesOf(parsed.error).slice(0, MAX_ISSUES);
    if (parsed.error.issues.every((issue) => issue.code === 'custom')) {
      throw new InvalidInputError(`The ${type}`, issues);
    }
    throw malformed(type, issues);
  }
}

function malformed(type: string, issues: readonly Issue[]): ProblemException {
  const fields = issues.map((issue) => `${issue.pointer || '/'} ${issue.message}`).join('; ');
  return new ProblemException(400, 'malformed', `The ${type} was refused: ${fields}`, {
    errors: issues,
  });
}
