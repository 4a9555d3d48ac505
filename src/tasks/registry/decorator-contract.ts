import 'reflect-metadata';
import { Cron, Interval, Timeout } from '@nestjs/schedule';

/**
 * What the decorators of `@nestjs/schedule` leave on a method.
 *
 * That package names its metadata keys nowhere in public, so they are found by decorating a private
 * class with values that we recognise again. Should a new version write them differently, the
 * application does not start, instead of starting without its jobs.
 */
export interface DecoratorContract {
  /** Key of the value that tells the three decorators apart. */
  readonly typeKey: unknown;
  /** Key of the name, which may be undefined. */
  readonly nameKey: unknown;
  /** By decorator: the value of `typeKey`, and the key of its options. */
  readonly kinds: Readonly<Record<StockKind, { type: unknown; optionsKey: unknown }>>;
}

export const STOCK_KINDS = ['cron', 'interval', 'timeout'] as const;
export type StockKind = (typeof STOCK_KINDS)[number];

/** A decorator, applied with a name and the time that we look for afterwards. */
export type StockDecorators = Readonly<
  Record<StockKind, (name: string, time: never) => MethodDecorator>
>;

const NAME = 'carillon-probe';
const TIMES: Readonly<Record<StockKind, unknown>> = {
  cron: '7 7 7 7 7 7',
  interval: 70_007,
  timeout: 700_007,
};
const TIME_FIELDS: Readonly<Record<StockKind, string>> = {
  cron: 'cronTime',
  interval: 'timeout',
  timeout: 'timeout',
};

/** @throws Error naming the keys that were found, when they have changed their shape. */
export function probeDecorators(decorators: StockDecorators): DecoratorContract {
  const cron = probe('cron', decorators);
  const interval = probe('interval', decorators);
  const timeout = probe('timeout', decorators);
  const { typeKey, nameKey } = cron;
  for (const other of [interval, timeout]) {
    if (other.typeKey !== typeKey || other.nameKey !== nameKey) throw changed('all', other.found);
  }
  if (new Set([cron.type, interval.type, timeout.type]).size < 3) throw changed('all', cron.found);
  return { typeKey, nameKey, kinds: { cron, interval, timeout } };
}

function probe(kind: StockKind, decorators: StockDecorators) {
  const found = metadataOf(decorators[kind](NAME, TIMES[kind] as never));
  const keysWhere = (matches: (value: unknown) => boolean) =>
    [...found].filter(([, value]) => matches(value)).map(([key]) => key);
  const hasTime = (value: unknown) => field(value, TIME_FIELDS[kind]) === TIMES[kind];

  const names = keysWhere((value) => value === NAME);
  const options = keysWhere(hasTime);
  const types = keysWhere((value) => value !== NAME && !hasTime(value));
  if (names.length !== 1 || options.length !== 1 || types.length !== 1) throw changed(kind, found);
  const [typeKey] = types;
  return { found, typeKey, nameKey: names[0], type: found.get(typeKey), optionsKey: options[0] };
}

function metadataOf(decorate: MethodDecorator): Map<unknown, unknown> {
  class Probe {
    method(): void {}
  }
  const { prototype } = Probe;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'method');
  if (descriptor) decorate(prototype, 'method', descriptor);
  const method: unknown = descriptor?.value;
  if (typeof method !== 'function') return new Map();
  return new Map(
    Reflect.getMetadataKeys(method).map((key: unknown) => [key, Reflect.getMetadata(key, method)]),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function changed(kind: string, found: Map<unknown, unknown>): Error {
  return new Error(
    `The decorators of @nestjs/schedule (${kind}) leave other metadata than we know: found the keys ` +
      `[${[...found.keys()].map(String).join(', ')}]. ` +
      'Install a version of @nestjs/schedule that this version supports.',
  );
}

/** The contract of the installed version. */
export const STOCK = probeDecorators({
  cron: (name, time) => Cron(time, { name }),
  interval: (name, time) => Interval(name, time),
  timeout: (name, time) => Timeout(name, time),
});
