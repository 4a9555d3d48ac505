import { defineConfig } from 'vitest/config';
import { POOLER_MISSING, poolerProgram } from './chaos/pooler-program.js';
import { STOCK_MISSING, stockBinaries } from './support/stock-postgres.js';

const hasStock = stockBinaries() !== null;
if (!hasStock) console.warn(STOCK_MISSING);
const hasPooler = poolerProgram() !== null;
if (!hasPooler) console.warn(POOLER_MISSING);

/** What is installed, started, replaced and killed, and not how soon: two files at a time. */
const IN_PAIRS = [
  'application',
  'cluster',
  'crashes',
  'deployment',
  'deploys',
  'embedded-postgres',
  'hosts',
  'http-api',
  'newcomer',
  'package',
  'pm2',
  'runs',
  'zoo',
].map((name) => `test/e2e/${name}.spec.ts`);

const SOURCES = new URL('../src/tasks', import.meta.url).pathname;

/** Each kind of test after the other: those that keep a machine busy must not disturb the rest. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  // Nest reads the types of constructor parameters. Said here, as tsconfig.json leaves specs out.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    passWithNoTests: true,
    // As many as cores also where there are two: by itself it leaves one of them idle.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.spec.ts', 'test/*.spec.ts', 'test/mutants/*.spec.ts'],
          // They share nothing that one could spoil for the next.
          isolate: false,
          // A simulated hour takes a second, and ten where other work has the cores.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        resolve: {
          // Recipes name the library as their readers do.
          alias: [
            { find: /^carillon$/, replacement: `${SOURCES}/index.ts` },
            { find: /^carillon\/(.+)$/, replacement: `${SOURCES}/$1/index.ts` },
          ],
        },
        test: {
          // Applications of Nest in one process, without a database.
          name: 'nest',
          include: ['test/nest/**/*.spec.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // What hosts of @nestjs/schedule rely on. Each file alone: they replace the timers.
          name: 'drop-in',
          testTimeout: 60_000,
          include: ['test/drop-in/**/*.spec.ts', 'test/before-app/**/*.spec.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'triggers',
          include: ['test/triggers/**/*.spec.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.spec.ts', 'test/model/**/*.spec.ts'],
          exclude: ['test/simulation/planted-bugs.spec.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // Whether the simulation notices what is missing: too long for each commit.
          name: 'planted-bugs',
          include: ['test/simulation/planted-bugs.spec.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.spec.ts'],
          exclude: ['test/contract/pooler-*.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'http',
          include: ['test/http/**/*.spec.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'contract-14',
          include: ['test/contract/postgres-*.spec.ts'],
          // What takes long and is about our own processes, or about rules: the same on every server.
          exclude: ['overlap', 'stop', 'cut-off-transaction', 'failing-sinks', 'edit-races'].map(
            (name) => `test/contract/postgres-${name}.spec.ts`,
          ),
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      ...(hasStock
        ? [
            {
              extends: true as const,
              test: {
                // On the server as its distribution ships it, what its planner and sessions may change.
                name: 'contract-stock',
                include: [
                  'application',
                  'engine',
                  'held-rows',
                  'leading',
                  'plans',
                  'queue',
                  'runs',
                  'settings',
                  'transactional',
                ].map((name) => `test/contract/postgres-${name}.spec.ts`),
                globalSetup: ['test/support/global-setup.ts'],
                testTimeout: 30_000,
                hookTimeout: 60_000,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
      ...(hasPooler
        ? [
            {
              extends: true as const,
              test: {
                name: 'contract-pooler',
                include: ['test/contract/pooler-*.spec.ts'],
                globalSetup: ['test/support/global-setup.ts'],
                testTimeout: 60_000,
                hookTimeout: 60_000,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
      {
        extends: true,
        test: {
          name: 'e2e-pairs',
          include: IN_PAIRS,
          globalSetup: ['test/support/build.ts', 'test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: IN_PAIRS,
          globalSetup: ['test/support/build.ts', 'test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // How soon something happens: one file at a time, as the machine may have two cores.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          // The page, in a real browser on real nodes.
          name: 'browser',
          include: ['test/browser/**/*.spec.ts'],
          globalSetup: ['test/support/build-page.ts', 'test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
