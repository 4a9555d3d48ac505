import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A planted bug: a patch against `src`, and the breaking that should bring it to light. */
export interface Mutant {
  readonly number: string;
  readonly name: string;
  readonly path: string;
  /** The guard that it removes. */
  readonly removes: string;
  /** `redundant`: other guards cover this one, as `pair` shows, which removes them too. */
  readonly expect: 'caught' | 'redundant';
  readonly pair: string | null;
  /** Further arguments of the harness. */
  readonly chaos: readonly string[];
  /** Of what stands in SQL the simulation knows nothing: it has a store of its own. */
  readonly concernsSimulation: boolean;
}

export function readMutants(folder: string): Mutant[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.patch'))
    .sort()
    .map((name) => mutantOf(join(folder, name), name));
}

function mutantOf(path: string, file: string): Mutant {
  const text = readFileSync(path, 'utf8');
  const head = text.slice(0, text.indexOf('\n--- '));
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? null;
  const chaos = ['scenario', 'faults', 'minutes', 'rate', 'places', 'nodes'].flatMap((name) => {
    const value = field(name);
    return value === null ? [] : [`--${name}`, value];
  });
  const removes = /^Removes (.*?)\n\n/s.exec(head)?.[1];
  if (!removes) throw new Error(`${file} must begin with "Removes …" and an empty line.`);
  const touched = [...text.matchAll(/^--- a\/(\S+)/gm)].map((match) => match[1]!);
  return {
    number: file.slice(0, 2),
    name: file.slice(3, -'.patch'.length),
    path,
    removes: removes.replaceAll('\n', ' '),
    expect: field('expect') === 'redundant' ? 'redundant' : 'caught',
    pair: field('pair'),
    chaos,
    concernsSimulation: touched.some(
      (name) => !/^src\/tasks\/(store\/postgres|thread)\//.test(name),
    ),
  };
}
