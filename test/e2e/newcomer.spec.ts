/** The path of somebody who reads the README: from an empty folder to a cluster of two that runs a first job. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { NodeProcess } from '../support/node-process.js';
import { PackedPackage } from '../support/packed-host.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const NO_CHATTER = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const FIVE_MINUTES_MS = 300_000;

let folder: string;
let app: string;
let carillon: PackedPackage;
let database: TestDatabase;
let ports: number[];
let nodes: NodeProcess[];
let begun: number;

const run = promisify(execFile);
const source = (name: string) => join(app, 'src', name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-newcomer-'));
  await chmod(folder, 0o755);
  app = join(folder, 'shop');
  nodes = [];
  [carillon, database] = await Promise.all([PackedPackage.make(), createEmptyDatabase()]);
  begun = performance.now();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await database.drop();
  await carillon.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The block of code of a section, by what is in it. */
function block(section: string, what: string): string {
  const text = README.slice(README.indexOf(`## ${section}\n`));
  const blocks = [...text.matchAll(/```(?:ts|sh)\n(.*?)```/gs)].map(([, code]) => code!);
  const found = blocks.find((code) => code.includes(what));
  if (found === undefined) throw new Error(`The README has no "${what}" under "${section}".`);
  return found;
}

/** What stands at the heads of files, which the README leaves to the reader. */
const MODULE_HEAD = `
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminGuard } from './admin.guard';
import { Report } from './report.entity';
import { ReportsService } from './reports.service';
`;
const SERVICE_HEAD = `
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Report } from './report.entity';
`;

/** With a table of its own in place of the host's. */
const JEST_SPEC = `
import { Test } from '@nestjs/testing';
import { getRepositoryToken } from '@nestjs/typeorm';
import { TasksTesting, TasksTestingModule } from 'carillon/testing';
import { Report } from './report.entity';
import { ReportsService } from './reports.service';

it('makes a report', async () => {
  const save = jest.fn();
  const app = await Test.createTestingModule({
    imports: [TasksTestingModule.forRoot({ now: '2026-03-02T08:00:00Z' })],
    providers: [ReportsService, { provide: getRepositoryToken(Report), useValue: { save } }],
  }).compile();
  await app.init();
  await app.get(TasksTesting).advance('3s');
  expect(save).toHaveBeenCalledTimes(3);
  await app.close();
});
`;

describe.sequential('somebody new', () => {
  it('makes an application with the Nest CLI', async () => {
    const nest = join(ROOT, 'node_modules/.bin/nest');
    const options = ['--skip-git', '--skip-install', '--package-manager', 'npm', '--strict'];
    const made = run(nest, ['new', 'shop', ...options], { cwd: folder });
    made.child.stdin?.end();
    await made;
    const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    // Its linter is not what is tried here.
    const kept =
      /^(@nestjs\/(cli|schematics|testing)|@types\/(node|jest)|typescript|ts-(loader|jest)|jest)$/;
    const { devDependencies } = manifest;
    manifest.devDependencies = Object.fromEntries(
      Object.entries(devDependencies).filter(([name]) => kept.test(name)),
    );
    await writeFile(join(app, 'package.json'), JSON.stringify(manifest));
    await rm(source('app.controller.spec.ts'));
  });

  it('installs what the README says, and what it is shown with', async () => {
    const line = block('Add it to your application', 'npm install').trim().split(' ');
    const packages = line.slice(2).map((name) => (name === 'carillon' ? carillon.tarball : name));
    await run('npm', ['install', ...NO_CHATTER, ...packages], { cwd: app });
  });

  it('copies the module and the first job', async () => {
    const module = `${MODULE_HEAD}${block('Add it to your application', 'class AppModule')}`;
    const host = `TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, entities: [Report], synchronize: true }), TypeOrmModule.forFeature([Report]),`;
    await writeFile(
      source('app.module.ts'),
      module.replace('imports: [\n', `imports: [\n${host}\n`),
    );
    const service = `${SERVICE_HEAD}${block('A first job', 'class ReportsService')}`;
    const soon = service.replace('0 9 * * 1-5', '* * * * * *').replace('/* … */', 'id: 1');
    await writeFile(source('reports.service.ts'), soon);
    const column = '@PrimaryColumn()\n  id!: number;';
    await writeFile(
      source('report.entity.ts'),
      `import { Entity, PrimaryColumn } from 'typeorm';\n@Entity()\nexport class Report {\n  ${column}\n}\n`,
    );
    await writeFile(
      source('admin.guard.ts'),
      `import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class AdminGuard {\n  canActivate = () => true;\n}\n`,
    );
    const main = await readFile(source('main.ts'), 'utf8');
    expect(README).toContain('call `app.enableShutdownHooks()` before `app.listen');
    await writeFile(
      source('main.ts'),
      main.replace('await app.listen', 'app.enableShutdownHooks();\n  await app.listen'),
    );
  });

  it('builds it without a complaint', async () => {
    await run('npm', ['run', 'build'], { cwd: app });
  });

  it('tests the job with Jest, as the page on tests says', async () => {
    const page = readFileSync(join(ROOT, 'src/docs/testing.md'), 'utf8');
    const [, install] = /`npm install (--save-dev [^`]+)`/.exec(page)!;
    await run('npm', ['install', ...NO_CHATTER, ...install!.split(' ')], { cwd: app });
    const [, config] = /```json\n(.*?)```/s.exec(page)!;
    const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8')) as {
      jest: object;
    };
    manifest.jest = { ...manifest.jest, ...(JSON.parse(config!) as object) };
    await writeFile(join(app, 'package.json'), JSON.stringify(manifest));
    await writeFile(source('reports.service.spec.ts'), JEST_SPEC);
    await run('npm', ['test'], { cwd: app });
  });

  it('starts it twice, and has a cluster that runs the job once', async () => {
    ports = [await freePort(), await freePort()];
    for (const [n, port] of ports.entries()) {
      const env = { DATABASE_URL: database.url, PORT: String(port), NODE_ENV: 'development' };
      nodes.push(
        new NodeProcess(`shop-${n}`, { script: join(app, 'dist/main.js'), env, cwd: app }),
      );
    }
    const succeeded = () =>
      database
        .query<{ fire_at: Date }>(
          `SELECT fire_at FROM carillon.runs WHERE state = 'succeeded' ORDER BY fire_at`,
        )
        .catch((): { fire_at: Date }[] => []);
    await until('both nodes', async () => {
      const states = await Promise.all(
        ports.map((port) =>
          fetch(`http://127.0.0.1:${port}/health/ready`).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      );
      return states.every((status) => status === 200);
    });
    const runs = await until('five runs', async () => {
      const rows = await succeeded();
      return rows.length >= 5 ? rows : null;
    });
    expect(new Set(runs.map(({ fire_at }) => fire_at.getTime())).size).toBe(runs.length);
    expect(await database.query('SELECT FROM report')).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(FIVE_MINUTES_MS);
  });

  it('finds the API and the page where the README says', async () => {
    const job = await fetch(`http://127.0.0.1:${ports[0]!}/scheduler/jobs/daily-report`);
    expect(await job.json()).toMatchObject({ id: 'daily-report', timeoutMs: 60_000 });
    const page = await fetch(`http://127.0.0.1:${ports[1]!}/ops/`);
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('stops it, and both say good-bye', async () => {
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    const left = await database.query('SELECT FROM carillon.nodes WHERE stopped_at IS NOT NULL');
    expect(left).toHaveLength(2);
  });
});
