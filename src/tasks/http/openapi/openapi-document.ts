import { STATUS_CODES } from 'node:http';
import type { Type } from '@nestjs/common';
import { z } from 'zod';
import { JsonSchemas } from './json-schemas.js';
import {
  GIVEN,
  HEADERS,
  type Example,
  type OperationInfo,
} from '../protocol/operation.decorator.js';
import { routesOf, type Route } from '../routes/routes.js';

type Json = Record<string, unknown>;

/** What every guarded route may answer. */
const COMMON_PROBLEMS = [400, 401, 403, 429, 503];
const PROBLEMS_OF_ANYONE = [400, 403];

const PROBLEM: Json = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'urn:carillon: and the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong this time, and what to do about it.' },
    code: { type: 'string', description: 'Stable: for programs.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into what was sent.' },
          message: { type: 'string' },
        },
      },
    },
  },
};

/**
 * The description of the API, as OpenAPI 3.1 has it. It names no server, which is that from which it
 * comes: clients write a path behind what stands there, and no two of them agree on what is relative to
 * what.
 *
 * @param prefix of all paths, with whatever the host has put in front
 */
export function openApiDocument(controllers: readonly Type[], prefix: string): Json {
  const schemas = new JsonSchemas();
  const paths: Record<string, Json> = {};
  for (const route of controllers.flatMap(routesOf)) {
    const path = `${prefix}${route.path === '/' ? '' : route.path}`;
    (paths[path] ??= {})[route.method] = operation(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carillon',
      description: 'Clustered scheduled tasks: jobs, their runs, and the cluster that runs them.',
      version: '1',
    },
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key.' },
        session: { type: 'apiKey', in: 'cookie', name: 'carillon_session' },
      },
      responses: {
        Problem: {
          description: 'What was refused, and why.',
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      },
      schemas: { ...schemas.components, Problem: PROBLEM },
    },
  };
}

function operation(route: Route, schemas: JsonSchemas): Json {
  const info = route.operation ?? { summary: route.id, answers: {} };
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: info.summary,
    ...(info.description && { description: info.description }),
    'x-role': route.requires ?? null,
    ...(route.requires === 'anyone' && { security: [] }),
    parameters: parameters(route, info, schemas),
    ...(route.body && { requestBody: requestBody(route.body, info.examples ?? [], schemas) }),
    responses: responses(route, info, schemas),
  };
}

function parameters(route: Route, info: OperationInfo, schemas: JsonSchemas): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query === undefined ? {} : schemas.of(route.query, 'input');
  const properties = (query['properties'] ?? {}) as Record<string, Json>;
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
  }));
  const inHeader = (info.headers ?? []).map((name) => ({
    name,
    in: 'header',
    description: HEADERS[name],
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function requestBody(body: z.ZodType, examples: readonly Example[], schemas: JsonSchemas): Json {
  const good = examples.filter((example) => 'body' in example && example.status < 400);
  const shown = good.map(({ title, body: value }) => [title, { value }]);
  return {
    required: !body.safeParse(undefined).success,
    content: {
      'application/json': {
        schema: schemas.of(body, 'input'),
        ...(shown.length > 0 && { examples: Object.fromEntries(shown) as Json }),
      },
    },
  };
}

function responses(route: Route, info: OperationInfo, schemas: JsonSchemas): Json {
  const headers = (info.gives ?? []).map((name) => [
    name,
    { description: GIVEN[name], schema: { type: 'string' } },
  ]);
  const answers = Object.entries(info.answers).map(([status, schema]) => [
    status,
    {
      description: STATUS_CODES[status],
      ...(headers.length > 0 && { headers: Object.fromEntries(headers) as Json }),
      ...content(schema, info, schemas),
    },
  ]);
  const problems = new Set([
    ...(route.requires === 'anyone' ? PROBLEMS_OF_ANYONE : COMMON_PROBLEMS),
    ...(route.body ? [413, 415] : []),
    // What has the right shape and makes no sense.
    ...((route.body ?? route.query) ? [422] : []),
    ...(info.problems ?? []),
  ]);
  const refusals = [...problems]
    .sort((a, b) => a - b)
    .map((status) => [status, { $ref: '#/components/responses/Problem' }]);
  return Object.fromEntries([...answers, ...refusals]) as Json;
}

function content(schema: z.ZodType | null, info: OperationInfo, schemas: JsonSchemas): Json {
  if (info.mediaType) return { content: { [info.mediaType]: { schema: { type: 'string' } } } };
  if (schema === null) return {};
  return { content: { 'application/json': { schema: schemas.of(schema, 'output') } } };
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
