import { InvalidInputError } from '../domain/errors.js';

/** A decorated method on one instance, as far as its name goes. */
export interface Nameable {
  /** Its decorator's name, else `Class.method`. */
  readonly base: string;
  readonly isNamed: boolean;
  readonly method: object;
  /** Under which the instance is provided, and by which module. */
  readonly token: string;
  readonly module: string;
  /** What `@TaskOptions({ instance })` says of the instance. */
  readonly instance: string | undefined;
  /** A timer of the process needs no name that is the same everywhere. */
  readonly isTimer: boolean;
}

/** What tells instances apart: the first of these that does. */
const TOLD_BY: readonly ((one: Nameable) => string)[] = [
  ({ token }) => token,
  ({ module }) => module,
  ({ module, token }) => `${module}.${token}`,
];

/** An id, and what in it tells it from those of other instances: nothing, or such as `[eu]`. */
export interface InstanceName {
  readonly id: string;
  readonly told: string;
}

/**
 * The ids of what the methods of one base name declare. An id must be the same in every process and
 * after every start, so it comes from what the host's code says: never from an order or a count.
 *
 * - One instance: the base name alone, such as `Poller.tick`.
 * - Several: each with what tells it from the others, its token or its module: `Poller.tick[eu]`.
 * - Different methods to which decorators give one name are not told apart: that is a mistake, and the
 *   registry refuses it.
 *
 * @param before what was found earlier and keeps its ids: modules may be loaded late
 * @throws InvalidInputError when nothing stable tells them apart
 */
export function instanceNames(
  found: readonly Nameable[],
  before: readonly Nameable[] = [],
): readonly InstanceName[] {
  const plain = [...before, ...found].filter(({ instance }) => instance === undefined);
  const told = plain.length > 1 && !isMistake(plain) ? howToTell(plain) : () => undefined;
  return found.map((one) => {
    const suffix = one.instance ?? told(one);
    const said = suffix === undefined ? '' : `[${suffix}]`;
    return { id: `${one.base}${said}`, told: said };
  });
}

function isMistake(plain: readonly Nameable[]): boolean {
  return (
    plain.some(({ isNamed }) => isNamed) && new Set(plain.map(({ method }) => method)).size > 1
  );
}

function howToTell(plain: readonly Nameable[]): (one: Nameable) => string {
  const told = TOLD_BY.find((by) => new Set(plain.map(by)).size === plain.length);
  if (told) return told;
  if (plain.every(({ isTimer }) => isTimer)) return (one) => `#${plain.indexOf(one) + 1}`;
  const [{ base, module, token }] = plain as [Nameable];
  throw new InvalidInputError(`The declaration of ${base}`, [
    {
      pointer: '/name',
      message:
        `is that of ${plain.length} instances, and nothing tells them apart in every process: they ` +
        `are all provided as ${token} by ${module}. Tell them apart with ` +
        '@TaskOptions({ instance: (self) => self.region }), or by the tokens that they are provided ' +
        'under. If each process is to call each of them, use @TaskOptions({ scope: "node" }). If ' +
        'one is enough, import the module once.',
    },
  ]);
}
