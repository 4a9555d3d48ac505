/** The manifest of the library, made from the application's: what a host must have, and what it gets. */

/** What of the root's package.json goes into it. */
export interface RootManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface LibraryManifest extends Omit<RootManifest, 'exports'> {
  readonly types: string;
  readonly main: string;
  readonly exports: RootManifest['exports'];
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: true }>>;
}

/** Where the built library stands: in the root, and in the package. */
export const BUILT = './dist/tasks/';
export const SHIPPED = './lib/';

/** What is the host's own, in each version that the tests of hosts try. */
export const PEERS: Readonly<Record<string, string>> = {
  '@nestjs/common': '^11 || ^12',
  '@nestjs/core': '^11 || ^12',
  '@nestjs/schedule': '^6 || ^12',
  '@opentelemetry/api': '^1.9',
  pg: '^8',
  'prom-client': '^15',
  'reflect-metadata': '^0.1.13 || ^0.2',
  rxjs: '^7.2',
  'swagger-ui-dist': '^5',
  typeorm: '^0.3.20 || ^1',
};

/**
 * What comes along in other versions than the application has. The host has the very version of cron that
 * its `@nestjs/schedule` asks for: one that it shares with us must not be pushed out by a newer one.
 */
const RANGES: Readonly<Record<string, string>> = { cron: '^4.3.0' };

/** Peers without which all but one thing works: a host asks for them itself. */
const OPTIONAL = ['@opentelemetry/api', 'prom-client', 'swagger-ui-dist'];

/** @param imported the packages that the library imports, of which those that are no peers come along */
export function libraryManifest(root: RootManifest, imported: readonly string[]): LibraryManifest {
  const own = [...new Set(imported)].filter((name) => !(name in PEERS)).toSorted();
  const doors = Object.entries(shipped(root.exports));
  const main = doors.find(([path]) => path === '.')![1] as Readonly<Record<string, string>>;
  return {
    name: root.name,
    version: root.version,
    description: root.description,
    license: root.license,
    type: root.type,
    engines: root.engines,
    main: main['default']!,
    types: main['types']!,
    exports: Object.fromEntries(doors),
    bin: shipped(root.bin),
    typesVersions: { '*': Object.fromEntries(doors.flatMap(typesOfDoor)) },
    dependencies: Object.fromEntries(own.map((name) => [name, rangeOf(root, name)])),
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
  };
}

function shipped<Paths>(paths: Paths): Paths {
  return JSON.parse(JSON.stringify(paths).replaceAll(`"${BUILT}`, `"${SHIPPED}`)) as Paths;
}

/** For hosts whose TypeScript does not look at `exports`: its way of resolving was the default for long. */
function typesOfDoor([path, door]: [string, RootManifest['exports'][string]]) {
  if (path === '.' || typeof door === 'string') return [];
  return [[path.slice('./'.length), [door['types']!]] as const];
}

function rangeOf({ dependencies }: RootManifest, name: string): string {
  const range = RANGES[name] ?? dependencies[name];
  if (range !== undefined) return range;
  throw new Error(`The library imports ${name}: add it to the dependencies in package.json.`);
}
