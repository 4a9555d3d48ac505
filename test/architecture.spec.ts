/**
 * Who may import whom. The table is the architecture; a wrong arrow fails here.
 *
 *   dashboard → http → tasks.service → runner → registry
 *   runner, tasks.service → engine → store → domain → triggers → nothing
 */
import { describe, expect, it } from 'vitest';
import {
  importsOf,
  isOfPage,
  lineCount,
  sourceFiles,
  type SourceFile,
} from './support/source-files.js';

interface Room {
  readonly name: string;
  /** Where it is in `src`. A file belongs to the first room that fits. */
  readonly at: RegExp;
  /** The other rooms that it may import from. */
  readonly sees: readonly string[];
  /** The packages that it may import; one that ends in `/` or `:` stands for all that begin so. */
  readonly packages: readonly string[] | 'any';
}

/** What is behind one of these is nobody's business outside of the library. */
const DOORS = [
  'tasks/index.ts',
  'tasks/http/index.ts',
  'tasks/dashboard/index.ts',
  'tasks/metrics/index.ts',
  'tasks/notifications/index.ts',
  'tasks/store/postgres/index.ts',
  'tasks/testing/index.ts',
];

const TRIGGERS = ['triggers', 'triggers/words'];
const PURE = ['domain', ...TRIGGERS];
const STORE = ['store', 'store/postgres', 'store/memory'];
const HTTP_SEES = [
  'service',
  'catalogue',
  'problems',
  'status',
  'options',
  'store',
  ...PURE,
  'logger',
];
const HTTP_BASE = ['http/access', 'http/routes', 'http/options', 'http/protocol', ...HTTP_SEES];
const RESOURCES = ['http/cluster', 'http/jobs', 'http/runs', 'http/events'];
const NEST = ['@nestjs/', 'reflect-metadata', 'rxjs'];
const HTTP_PACKAGES = [...NEST, 'express', 'zod', 'node:'];
const PAGE_PACKAGES = [
  'react',
  'react-dom/',
  '@tanstack/',
  'lucide-react',
  'uplot',
  'wouter/',
  'zod',
];

// oxfmt-ignore
const ROOMS: readonly Room[] = [
  room('triggers/time', /^tasks\/triggers\/time\//, [], ['zod']),
  room('triggers/rules', /^tasks\/triggers\/rules\//, ['triggers/time'], []),
  room('triggers/cron', /^tasks\/triggers\/cron\//, ['triggers/rules', 'triggers/time'], []),
  room('triggers/words', /^tasks\/triggers\/words\//, ['triggers', 'triggers/cron', 'triggers/time'], []),
  room('triggers', /^tasks\/triggers\//, ['triggers/cron', 'triggers/rules', 'triggers/time'], ['zod']),
  room('domain', /^tasks\/domain\//, TRIGGERS, ['zod', 'node:util']),
  room('store', /^tasks\/store\/[^/]+$/, PURE, ['node:']),
  room('store/memory', /^tasks\/store\/memory\//, ['store', ...PURE], ['node:']),
  room('store/postgres', /^tasks\/store\/postgres\//, ['store', ...PURE], ['pg', 'typeorm', 'node:']),
  room('engine', /^tasks\/engine\//, ['store', ...PURE], ['node:']),
  room('thread', /^tasks\/thread\//, ['engine', 'store', 'store/postgres', ...PURE], ['node:']),
  room('registry', /^tasks\/registry\//, ['options', 'store', ...PURE, 'logger'], [...NEST, 'cron', 'typeorm', 'zod', 'node:']),
  room('runner', /^tasks\/runner\//, ['registry', 'engine', 'store', ...PURE], [...NEST, '@opentelemetry/api', 'piscina', 'node:']),
  room('local', /^tasks\/local\//, ['options', 'status', 'runner', 'registry', 'store', 'store/memory', ...PURE, 'logger'], [...NEST, 'cron', 'node:']),
  room('http/protocol', /^tasks\/http\/protocol\//, HTTP_SEES, HTTP_PACKAGES),
  room('http/options', /^tasks\/http\/(tasks-http\.options|api-key)\.ts$/, HTTP_SEES, HTTP_PACKAGES),
  room('http/access', /^tasks\/http\/access\//, ['http/options', 'http/protocol', ...HTTP_SEES], HTTP_PACKAGES),
  room('http/routes', /^tasks\/http\/routes\//, ['http/access', 'http/protocol', ...HTTP_SEES], HTTP_PACKAGES),
  room('http/openapi', /^tasks\/http\/openapi\//, ['http/jobs', ...HTTP_BASE], HTTP_PACKAGES),
  room('http/events', /^tasks\/http\/events\//, HTTP_BASE, HTTP_PACKAGES),
  room('http/runs', /^tasks\/http\/runs\//, HTTP_BASE, HTTP_PACKAGES),
  room('http/jobs', /^tasks\/http\/jobs\//, ['http/runs', ...HTTP_BASE], HTTP_PACKAGES),
  room('http/cluster', /^tasks\/http\/cluster\//, ['http/jobs', ...HTTP_BASE], HTTP_PACKAGES),
  room('http', /^tasks\/http\/[^/]+$/, [...RESOURCES, 'http/openapi', ...HTTP_BASE], HTTP_PACKAGES),
  room('dashboard/page', /^tasks\/dashboard\/page\//, ['http', ...RESOURCES], PAGE_PACKAGES),
  room('dashboard', /^tasks\/dashboard\//, ['http/access', 'http/options', 'http/protocol'], [...NEST, 'node:']),
  room('cli', /^tasks\/cli\//, ['http', ...RESOURCES, 'store/postgres'], ['zod', 'node:']),
  room('metrics', /^tasks\/metrics\//, ['http/access', 'http/routes', 'http/options', ...HTTP_SEES], [...NEST, 'prom-client']),
  room('notifications', /^tasks\/notifications\//, ['service', 'problems', 'status', 'engine', 'store', ...PURE, 'logger'], [...NEST, 'node:']),
  room('problems', /^tasks\/service\/cluster-problems\.ts$/, ['status', 'store', ...PURE], NEST),
  room('catalogue', /^tasks\/service\/task-catalogue\.ts$/, ['status', 'registry', 'store', ...PURE], NEST),
  room('service', /^tasks\/service\//, ['catalogue', 'runner', 'engine', 'store', ...PURE, 'logger'], [...NEST, 'zod', 'node:']),
  room('status', /^tasks\/node\/node-status\.ts$/, ['options', ...PURE], NEST),
  room('logger', /^tasks\/node\/tasks-logger\.ts$/, [], NEST),
  room('options', /^tasks\/tasks\.options\.ts$/, ['store', ...PURE], ['typeorm']),
  room('testing', /^tasks\/testing\//, ['module', 'node', 'service', 'status', 'options', 'thread', 'store', 'store/memory', 'store/postgres', ...PURE, 'logger'], [...NEST, 'node:']),
  room('node', /^tasks\/node\//, ['service', 'catalogue', 'status', 'options', 'local', 'runner', 'registry', 'thread', 'engine', ...STORE, ...PURE, 'logger'], 'any'),
  room('module', /^tasks\/[^/]+$/, ['node', 'service', 'catalogue', 'problems', 'status', 'options', 'local', 'runner', 'registry', 'engine', ...STORE, ...PURE, 'logger'], 'any'),
  room('embedded-postgres', /^embedded-postgres\//, [], ['pg', 'proper-lockfile', 'node:']),
  room('sample-tasks', /^sample-tasks\//, ['a door of the library'], 'any'),
  room('app', /^[^/]+$/, ['a door of the library', 'sample-tasks', 'embedded-postgres'], 'any'),
];

/** Packages that would spread, kept to a few files whatever their room allows. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  typeorm:
    /^(tasks\/store\/postgres\/((data-source|entity-of|host-data-source|migrate|schema-of|tasks-database)\.ts$|migrations\/|(runs\/join-runs|session\/(check-rights|end-connection)|transactions\/run-(connection|transactions))\.ts$)|tasks\/(tasks\.options|registry\/task-context)\.ts$|sample-tasks\/|(app\.module|data-source)\.ts$)/,
  '@opentelemetry/api': /^tasks\/runner\/tracing\//,
  'prom-client': /^tasks\/metrics\//,
  piscina: /^tasks\/runner\/thread-pool\.ts$/,
};

/**
 * `cluster.ts` reads nothing there; it hands all of it on to its nodes. The library itself looks at one
 * variable in one place. The command line is a process of its own.
 */
const READS_ENVIRONMENT = [
  'app.config.ts',
  'cluster.ts',
  'tasks/cli/bin.ts',
  'tasks/local/production.ts',
];

const MAX_LINES = 250;
const MAX_LINES_MEDIAN = 60;

function room(name: string, at: RegExp, sees: readonly string[], packages: Room['packages']): Room {
  return { name, at, sees, packages };
}

function roomOf(path: string): Room {
  const found = ROOMS.find(({ at }) => at.test(path));
  if (!found) throw new Error(`src/${path} is in no room. Add one to ROOMS, with its arrows.`);
  return found;
}

/** What is wrong with an import; null if nothing is. */
function complaint(file: string, target: string): string | null {
  const { name, sees, packages } = roomOf(file);
  const only = ONLY_IN[target];
  if (only && !only.test(file)) return `src/${file} imports ${target}: only ${only} may`;
  if (!/\.tsx?$/.test(target)) {
    const allowed =
      packages === 'any' ||
      packages.some((p) => (/[/:]$/.test(p) ? target.startsWith(p) : target === p));
    const list = packages === 'any' ? '' : packages.join(', ') || 'no package';
    return allowed ? null : `src/${file} imports ${target}: ${name} may import ${list}`;
  }
  const other = roomOf(target).name;
  const byDoor = DOORS.includes(target) && sees.includes('a door of the library');
  if (other === name || byDoor || sees.includes(other)) return null;
  return `src/${file} imports src/${target} (${other}): ${name} may see ${sees.join(', ') || 'nothing'}`;
}

/** Files that can be reached from themselves, each with the way back. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [[...way.slice(way.indexOf(file)), file].join(' → ')];
    if (done.has(file)) return [];
    done.add(file);
    return (imports.get(file) ?? []).flatMap((next) => walk(next, [...way, file]));
  };
  return [...imports.keys()].flatMap((file) => walk(file, []));
}

function readsEnvironment({ text }: SourceFile): boolean {
  return /process\.env\b|['"](node:)?process['"]/.test(text);
}

const files = sourceFiles();

describe('the house', () => {
  it('has no arrow that the table does not allow', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file).flatMap((target) => complaint(file.path, target) ?? []),
    );
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports, types included', () => {
    const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
    expect(circlesIn(imports)).toEqual([]);
  });

  it('lets the page know of the server nothing but types', () => {
    const reaching = files
      .filter(isOfPage)
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(
            /^import (?!type\b)[^;]*? from '(?:\.\.\/){2,}(?:http|store|domain)\/[^']*'|^import (?!type\b)[^;]*? from 'zod'/gm,
          ),
        ].map(([line]) => `src/${path}: ${line}`),
      );
    expect(reaching).toEqual([]);
  });

  it('lets the command line know of the server nothing but types, so that it starts at once', () => {
    const reaching = files
      .filter(({ path }) => path.startsWith('tasks/cli/'))
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(
            /^import (?!type\b)[^;]*? from '(?:[./]*\/(?:http|store)\/[^']*|zod)'/gm,
          ),
        ].map(([line]) => `src/${path}: ${line}`),
      );
    expect(reaching).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files.filter(readsEnvironment).map(({ path }) => path);
    expect(readers.filter((path) => !READS_ENVIRONMENT.includes(path))).toEqual([]);
  });

  it('writes to the logger of the host in one place, where its failures are survived', () => {
    const writers = files.filter(({ text }) => /\bnew Logger\(|[^.\w]Logger\.\w+\(/.test(text));
    expect(writers.map(({ path }) => path).filter((path) => path.startsWith('tasks/'))).toEqual([]);
  });

  it(`has no file of more than ${MAX_LINES} lines, migrations aside`, () => {
    const long = files
      .filter((file) => !file.path.includes('/migrations/') && lineCount(file) > MAX_LINES)
      .map((file) => `src/${file.path} has ${lineCount(file)} lines: one idea a file`);
    expect(long).toEqual([]);
  });

  it(`has files of ${MAX_LINES_MEDIAN} lines or fewer in the median`, () => {
    const sizes = files.map(lineCount).sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(MAX_LINES_MEDIAN);
  });
});

describe('a circle', () => {
  it('is found, with the way back, and a file that many import is none', () => {
    const imports = { a: ['b', 'd'], b: ['c'], c: ['a', 'd'], d: [] };
    expect(circlesIn(new Map(Object.entries(imports)))).toEqual(['a → b → c → a']);
  });
});

describe('the table', () => {
  it.each([
    ['tasks/triggers/trigger.ts', 'tasks/domain/run.ts'],
    ['tasks/triggers/time/zone.ts', 'tasks/triggers/rules/rule.ts'],
    ['tasks/domain/run.ts', 'tasks/store/run-store.ts'],
    ['tasks/domain/run.ts', 'node:crypto'],
    ['tasks/domain/run.ts', 'croner'],
    ['tasks/store/run-store.ts', 'tasks/store/postgres/session/session.ts'],
    ['tasks/store/run-store.ts', 'pg'],
    ['tasks/store/postgres/x.ts', '@nestjs/common'],
    ['tasks/store/postgres/fires/fire.ts', 'typeorm'],
    ['tasks/store/memory/x.ts', 'tasks/store/postgres/fires/fire.ts'],
    ['tasks/store/memory/x.ts', '@nestjs/common'],
    ['tasks/store/memory/x.ts', 'tasks/local/local-gate.ts'],
    ['tasks/local/local-gate.ts', 'tasks/store/postgres/fires/fire.ts'],
    ['tasks/engine/engine.ts', 'tasks/store/postgres/migrate.ts'],
    ['tasks/engine/engine.ts', '@nestjs/common'],
    ['tasks/engine/engine.ts', 'pg'],
    ['tasks/registry/x.ts', 'tasks/runner/runner.ts'],
    ['tasks/runner/runner.ts', 'typeorm'],
    ['tasks/http/jobs/x.controller.ts', 'tasks/registry/task-registry.ts'],
    ['tasks/http/runs/x.controller.ts', 'tasks/http/jobs/job.dto.ts'],
    ['tasks/http/runs/x.controller.ts', 'tasks/dashboard/index.ts'],
    ['tasks/dashboard/x.ts', 'tasks/service/tasks.service.ts'],
    ['tasks/dashboard/x.ts', 'react'],
    ['tasks/dashboard/page/x.ts', 'tasks/service/tasks.service.ts'],
    ['tasks/dashboard/page/x.ts', 'tasks/triggers/words/describe.ts'],
    ['tasks/dashboard/page/x.ts', '@nestjs/common'],
    ['tasks/cli/x.ts', 'tasks/service/tasks.service.ts'],
    ['tasks/cli/x.ts', 'pg'],
    ['tasks/service/tasks.service.ts', 'tasks/registry/task-registry.ts'],
    ['tasks/tasks.module.ts', 'tasks/http/index.ts'],
    ['main.ts', 'tasks/tasks.module.ts'],
    ['main.ts', 'typeorm'],
    ['sample-tasks/x.task.ts', 'tasks/domain/run.ts'],
    ['sample-tasks/x.task.ts', 'app.config.ts'],
    ['embedded-postgres/port.ts', 'app.config.ts'],
  ])('refuses that %s imports %s', (file, target) => {
    expect(complaint(file, target)).toContain(`src/${file} imports`);
  });

  it.each([
    ['tasks/triggers/trigger-spec.ts', 'zod'],
    ['tasks/store/postgres/session/session.ts', 'pg'],
    ['tasks/engine/engine.ts', 'tasks/store/engine-store.ts'],
    ['tasks/http/jobs/x.controller.ts', 'tasks/service/tasks.service.ts'],
    ['sample-tasks/x.task.ts', 'tasks/index.ts'],
    ['app.module.ts', 'tasks/http/index.ts'],
  ])('allows that %s imports %s', (file, target) => {
    expect(complaint(file, target)).toBeNull();
  });
});
