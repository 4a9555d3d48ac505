import type { InjectionToken } from '@nestjs/common';
import { InvalidInputError } from '../domain/errors.js';
import type { DecoratedMethod, Wrapper } from './decorated-methods.js';
import { instanceNames, type InstanceName, type Nameable } from './instance-names.js';
import { placedBy } from './task.decorator.js';

/** What a method's job or task is called, and where its code stands. */
export interface DeclaredName extends InstanceName {
  /** `Class.method`, with the module where several have it. */
  readonly source: string;
}

type Sourced = Nameable & Pick<DecoratedMethod, 'source'>;

/** Names what is found. What was named before keeps its name. */
export class DeclaredNames {
  private readonly known = new Map<string, Sourced[]>();

  /** @throws InvalidInputError naming the method whose name is refused */
  name(found: readonly DecoratedMethod[]): ReadonlyMap<DecoratedMethod, DeclaredName> {
    const groups = new Map<string, [DecoratedMethod, Sourced][]>();
    for (const one of found) {
      const nameable = nameableOf(one);
      const group = groups.get(nameable.base) ?? [];
      groups.set(nameable.base, [...group, [one, nameable]]);
    }
    return new Map([...groups].flatMap(([base, group]) => this.nameGroup(base, group)));
  }

  private nameGroup(
    base: string,
    group: readonly [DecoratedMethod, Sourced][],
  ): readonly [DecoratedMethod, DeclaredName][] {
    const before = this.known.get(base) ?? [];
    const added = group.map(([, nameable]) => nameable);
    const names = instanceNames(added, before);
    const all = [...before, ...added];
    this.known.set(base, all);
    const isShared = (source: string) => all.filter((one) => one.source === source).length > 1;
    return group.map(([one, { module }], index) => [
      one,
      {
        ...names[index]!,
        source: isShared(one.source) ? `${one.source} of ${module}` : one.source,
      },
    ]);
  }
}

function nameableOf({ wrapper, instance, method, source, stock, mark }: DecoratedMethod): Sourced {
  if (stock?.name && mark?.name && stock.name !== mark.name)
    throw refused(source, 'name', `is "${stock.name}" and "${mark.name}": give one of them`);
  const name = stock?.name ?? mark?.name;
  if (name === undefined && source.startsWith('.'))
    throw refused(source, 'name', 'is missing and the class has none: name it in its decorator');
  const placed = placedBy(source, method);
  return {
    source,
    base: name ?? source,
    isNamed: name !== undefined,
    method,
    token: textOf(wrapper.token),
    module: wrapper.host?.metatype.name ?? 'the application',
    instance: placed.instance && saidBy(source, wrapper, placed.instance(instance)),
    isTimer: stock !== undefined && placed.scope === 'node',
  };
}

function saidBy(source: string, wrapper: Wrapper, said: unknown): string {
  if ((typeof said === 'string' && said !== '') || typeof said === 'number') return String(said);
  const why = wrapper.isDependencyTreeStatic()
    ? 'give a text or a number that the instance has as soon as it is made'
    : 'its provider is made anew for each run, so no instance can be asked: name the method';
  throw refused(source, 'instance', `gave ${said === '' ? 'no text' : typeof said}: ${why}`);
}

function textOf(token: InjectionToken): string {
  if (typeof token === 'function') return token.name;
  return typeof token === 'symbol' ? (token.description ?? String(token)) : String(token);
}

function refused(source: string, field: string, message: string): InvalidInputError {
  return new InvalidInputError(`The declaration of ${source}`, [{ pointer: `/${field}`, message }]);
}
