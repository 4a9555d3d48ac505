import { z } from 'zod';
import { InvalidInputError, type Issue } from '../domain/errors.js';

/**
 * What a payload must look like: any schema that speaks Standard Schema, such as one of zod,
 * valibot or arktype. The host's own version will do, so only the shape is named here.
 */
export interface PayloadSchema<Output = unknown> {
  readonly '~standard': {
    readonly vendor?: string;
    readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
  };
}

type Validated<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * The payload as the schema makes it, with its defaults filled in. None is `undefined`, or null for a
 * schema that takes only that.
 *
 * @throws InvalidInputError naming the task and each refused field
 */
export async function validPayload<Output>(
  task: string,
  schema: PayloadSchema<Output>,
  payload: unknown,
): Promise<Output> {
  const standard = schema['~standard'];
  let validated = await standard.validate(payload ?? undefined);
  // A job without a payload is stored as null, and a schema may say so.
  if (validated.issues && (payload ?? null) === null) validated = await standard.validate(null);
  if (validated.issues) {
    throw new InvalidInputError(`The payload of the task "${task}"`, validated.issues.map(toIssue));
  }
  return validated.value;
}

/** A payload schema as JSON Schema, as far as it can be said: schemas of zod can. */
export function payloadJsonSchema(schema: PayloadSchema | undefined): object | null {
  if (schema?.['~standard'].vendor !== 'zod') return null;
  try {
    return z.toJSONSchema(schema as unknown as z.ZodType, { io: 'input', unrepresentable: 'any' });
  } catch {
    // Of another version of zod than ours.
    return null;
  }
}

function toIssue({ path = [], message }: SchemaIssue): Issue {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer, message };
}
