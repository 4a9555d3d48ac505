import { z } from 'zod';

type Json = Record<string, unknown>;

export interface OpenApi {
  readonly paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
  readonly components: { schemas: Json };
}

/** The schema that the document gives an answer; null: it says that there is none. */
export function documentedAnswer(
  { paths, components }: OpenApi,
  path: string,
  method: string,
  status: number,
): z.ZodType | null {
  const { responses } = paths[path]![method]!;
  const answer = responses[status];
  if (answer === undefined) throw new Error(`${method} ${path}: ${status} is not documented`);
  const schema =
    '$ref' in answer
      ? { $ref: '#/components/schemas/Problem' }
      : (Object.values((answer['content'] ?? {}) as Record<string, Json>)[0]?.['schema'] as Json);
  if (schema === undefined) return null;
  const whole = JSON.stringify({ ...schema, $defs: components.schemas });
  return z.fromJSONSchema(
    JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<
      typeof z.fromJSONSchema
    >[0],
  );
}
