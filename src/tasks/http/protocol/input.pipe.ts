import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { InvalidInputError, type Issue } from '../../domain/errors.js';
import { issuesOf } from '../../triggers/invalid-input.js';
import { ProblemException } from './problem.js';
import { findUnstorable } from './unstorable.js';

/** So many refused fields are named at most. */
const MAX_ISSUES = 20;

/** Refuses bodies, queries and path parameters that no database can keep. */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    const unstorable = type === 'custom' ? null : findUnstorable(value);
    if (unstorable !== null) throw malformed(type, [unstorable]);
    return value;
  }
}

/**
 * Checks a body or a query against a schema. Each is the pipe of one parameter, where the description of
 * the API finds it too.
 *
 * Wrong shapes and types are malformed (400). What has the right shape but makes no sense, such as
 * a time zone that does not exist, is left to the status of `invalid-input` (422): those are the
 * schemas' own refinements, which zod reports as `custom`.
 */
export class SchemaPipe implements PipeTransform {
  constructor(readonly schema: z.ZodType) {}

  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issues = issuesOf(parsed.error).slice(0, MAX_ISSUES);
    if (parsed.error.issues.every((issue) => issue.code === 'custom')) {
      throw new InvalidInputError(`The ${type}`, issues);
    }
    throw malformed(type, issues);
  }
}

/** For `@Body(…)` and `@Query(…)`. */
export const checkedBy = (schema: z.ZodType) => new SchemaPipe(schema);

function malformed(type: string, issues: readonly Issue[]): ProblemException {
  const fields = issues.map((issue) => `${issue.pointer || '/'} ${issue.message}`).join('; ');
  return new ProblemException(400, 'malformed', `The ${type} was refused: ${fields}`, {
    errors: issues,
  });
}
