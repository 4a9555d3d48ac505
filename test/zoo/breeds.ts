/** What hosts stand on: each version that is promised, at its edges and in between. */
export interface Breed {
  readonly node: string;
  readonly nest: string;
  readonly schedule: string;
  readonly typeorm: string;
  /** Of `@nestjs/typeorm`. */
  readonly typeormModule: string;
  readonly adapter: 'express' | 'fastify';
  /** Its version, where it is not that of Nest. */
  readonly adapterVersion?: string;
  readonly modules: 'commonjs' | 'esm';
}

const oldest = {
  node: '20.19.0',
  nest: '11.0.0',
  schedule: '6.0.0',
  typeorm: '0.3.20',
  typeormModule: '11.0.0',
  adapter: 'express',
  modules: 'commonjs',
} as const satisfies Breed;

const newest = {
  node: '26.10.0',
  nest: '12.5.1',
  schedule: '12.0.2',
  typeorm: '1.1.1',
  typeormModule: '12.0.2',
  adapter: 'fastify',
  adapterVersion: '12.5.0',
  modules: 'esm',
} as const satisfies Breed;

/** Tried with every `npm test`. */
export const EDGES: readonly Breed[] = [oldest, newest];

/** With the edges, each two versions that go together are together in one of them. */
export const BREEDS: readonly Breed[] = [
  ...EDGES,
  { ...oldest, typeorm: '0.3.31', node: '22.13.0', modules: 'esm' },
  { ...oldest, typeorm: '1.0.0', typeormModule: '12.0.2', node: '24.11.0', modules: 'esm' },
  { ...oldest, nest: '11.2.10', adapter: 'fastify', adapterVersion: '11.2.8', node: '24.11.0' },
  { ...oldest, nest: '11.2.10', schedule: '6.1.3', typeorm: '0.3.31', node: '26.10.0' },
  { ...newest, nest: '11.2.10', adapterVersion: '11.2.8', node: '20.19.0' },
  { ...newest, nest: '11.2.10', typeorm: '0.3.31', adapter: 'express', adapterVersion: '11.2.10' },
  { ...newest, typeorm: '0.3.20', adapter: 'express', adapterVersion: '12.5.1', node: '20.19.0' },
  { ...newest, typeorm: '0.3.31', modules: 'commonjs', node: '22.13.0' },
  { ...newest, nest: '12.0.1', adapterVersion: '12.0.1', schedule: '12.0.0', typeorm: '1.0.0' },
  { ...newest, adapter: 'express', adapterVersion: '12.5.1', modules: 'commonjs', node: '24.11.0' },
];

export function nameOf({ node, nest, schedule, typeorm, adapter, modules }: Breed): string {
  return `Nest ${nest}, schedule ${schedule}, TypeORM ${typeorm}, ${adapter}, ${modules}, Node ${node}`;
}

/** What such a host installs beside us. */
export function packagesOf(breed: Breed): readonly string[] {
  const { nest, schedule, typeorm, typeormModule, adapter, adapterVersion = nest } = breed;
  return [
    `@nestjs/common@${nest}`,
    `@nestjs/core@${nest}`,
    `@nestjs/platform-${adapter}@${adapterVersion}`,
    `@nestjs/schedule@${schedule}`,
    `@nestjs/typeorm@${typeormModule}`,
    `typeorm@${typeorm}`,
    'pg@8',
    'reflect-metadata@0.2',
    'rxjs@7',
    `${nodePackage()}@${breed.node}`,
  ];
}

/** The package that holds the program of Node: the one that the package `node` installs in its script. */
export function nodePackage({ platform, arch } = process): string {
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`;
}
