import { isStorable } from './storable.js';

/** Deeper values are refused before anything recurses into them. */
const MAX_LEVELS = 64;

/** A value as it is stored, or the place in it that cannot be, and why. */
export type JsonValue =
  | { readonly json: unknown }
  | {
      readonly path: readonly string[];
      readonly message: string;
      /** It is a text of which only some characters cannot be kept. */
      readonly isText: boolean;
    };

class Unstorable extends Error {
  constructor(
    message: string,
    readonly path: readonly string[],
    readonly isText = false,
  ) {
    super(message);
  }
}

/**
 * What `JSON.stringify` makes of a value: `undefined` and functions are left out of objects, dates
 * become text, `toJSON` is asked. What has no JSON is refused with its place instead of a stack
 * overflow or a silent loss: cycles, BigInt, maps and sets, and text that no database holds.
 */
export function jsonValue(value: unknown): JsonValue {
  try {
    return { json: converted(value, [], new Set()) ?? null };
  } catch (error) {
    if (error instanceof Unstorable)
      return { path: error.path, message: error.message, isText: error.isText };
    throw error;
  }
}

/** Undefined: it is left out. */
function converted(given: unknown, path: readonly string[], above: Set<object>): unknown {
  const value = unboxed(given, path);
  switch (typeof value) {
    case 'string':
      if (isStorable(value)) return value;
      throw new Unstorable('holds a NUL character or half of a surrogate pair', path, true);
    case 'number':
      // JSON has no minus zero.
      return Number.isFinite(value) ? value + 0 : null;
    case 'boolean':
      return value;
    case 'bigint':
      throw new Unstorable('is a BigInt, which JSON does not have: give a text', path);
    case 'object':
      return value === null ? null : inside(value, path, above);
    default:
      if (path.length > 0 || value === undefined) return undefined;
      throw new Unstorable(`is a ${typeof value}, which JSON does not have`, path);
  }
}

function inside(value: object, path: readonly string[], above: Set<object>): unknown {
  if (above.has(value)) {
    throw new Unstorable('contains itself: give a copy without what leads back', path);
  }
  if (path.length >= MAX_LEVELS)
    throw new Unstorable(`is nested deeper than ${MAX_LEVELS} levels`, []);
  if (value instanceof Map || value instanceof Set) {
    const remedy = value instanceof Map ? 'Object.fromEntries(map)' : '[...set]';
    throw new Unstorable(
      `is a ${value.constructor.name}, of which JSON keeps nothing: give ${remedy}`,
      path,
    );
  }
  above.add(value);
  try {
    return Array.isArray(value)
      ? Array.from(
          value,
          (item: unknown, index) => converted(item, [...path, String(index)], above) ?? null,
        )
      : Object.fromEntries(entries(value, path, above));
  } finally {
    above.delete(value);
  }
}

function entries(value: object, path: readonly string[], above: Set<object>) {
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    // The database could keep it, and whoever copies the object one day would change all objects.
    if (!isStorable(key) || key === '__proto__')
      throw new Unstorable('has a key that cannot be stored', path, key !== '__proto__');
    const json = converted(item, [...path, key], above);
    return json === undefined ? [] : [[key, json] as const];
  });
}

/** What stands for the value in JSON. */
function unboxed(value: unknown, path: readonly string[]): unknown {
  const asked = asksForJson(value) ? told(value, path) : value;
  const isBoxed = asked instanceof Number || asked instanceof String || asked instanceof Boolean;
  return isBoxed ? asked.valueOf() : asked;
}

interface Jsonable {
  toJSON(key: string): unknown;
}

/** Hosts give one to BigInt too. */
function asksForJson(value: unknown): value is Jsonable {
  const may = (typeof value === 'object' && value !== null) || typeof value === 'bigint';
  return may && typeof (value as Partial<Jsonable>).toJSON === 'function';
}

function told(value: Jsonable, path: readonly string[]): unknown {
  try {
    return value.toJSON(path.at(-1) ?? '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Unstorable(`has a toJSON that fails: ${reason}`, path);
  }
}
