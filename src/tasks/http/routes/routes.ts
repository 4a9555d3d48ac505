import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { z } from 'zod';
import { Requires, type Requirement } from '../access/requires.decorator.js';
import { SchemaPipe } from '../protocol/input.pipe.js';
import { Operation, type OperationInfo } from '../protocol/operation.decorator.js';

/** A route as its decorators tell it. */
export interface Route {
  /** In the form of OpenAPI: `/jobs/{id}`. */
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Unique among all routes. */
  readonly id: string;
  readonly tag: string;
  readonly requires: Requirement | undefined;
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly operation: OperationInfo | undefined;
}

/** As Nest numbers the sources of parameters. */
const BODY = '3';
const QUERY = '4';

const METHODS: Readonly<Record<number, Route['method']>> = {
  [RequestMethod.GET]: 'get',
  [RequestMethod.POST]: 'post',
  [RequestMethod.PUT]: 'put',
  [RequestMethod.PATCH]: 'patch',
  [RequestMethod.DELETE]: 'delete',
};

const reflector = new Reflector();

/** The routes of a controller, without what stands before all of them. */
export function routesOf(controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  const before = Reflect.getMetadata(PATH_METADATA, controller) as string;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || name === 'constructor') return [];
    const method = METHODS[Reflect.getMetadata(METHOD_METADATA, handler) as number];
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    return paths.map((path, index) => ({
      path: joined(before, path),
      method,
      id: `${controller.name.replace('Controller', '')}.${name}${index === 0 ? '' : index + 1}`,
      tag: joined(before, path).split('/')[1] || 'cluster',
      requires: reflector.get(Requires, handler),
      ...schemasOf(controller, name),
      operation: reflector.get(Operation, handler),
    }));
  });
}

function schemasOf(controller: Type, name: string): Pick<Route, 'body' | 'query'> {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    { readonly pipes: readonly unknown[] }
  >;
  const of = (source: string) =>
    Object.entries(args)
      .find(([key]) => key.startsWith(`${source}:`))?.[1]
      .pipes.find((pipe) => pipe instanceof SchemaPipe)?.schema;
  return { body: of(BODY), query: of(QUERY) };
}

const joined = (...parts: string[]) =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .map((part) => part.replace(/^:(.+)$/, '{$1}'))
    .join('/')}`;
