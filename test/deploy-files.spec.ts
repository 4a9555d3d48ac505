/** What src/operations/deploy says of the application is true. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { environmentSchema } from '../src/environment.js';

const FOLDER = join(import.meta.dirname, '../src/operations/deploy');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const GRACE_MS = environmentSchema.parse({}).TASKS_SHUTDOWN_GRACE_MS;
/** What a stop takes at most. */
const STOP_MS = GRACE_MS + 10_000;

/** A value of a YAML document, by its path. */
const documents = (name: string) => parseAllDocuments(read(name));

describe('the files for a deploy', () => {
  const page = readFileSync(join(FOLDER, '../../docs/deployment.md'), 'utf8');

  it.each(readdirSync(FOLDER))('%s is on the page', (name) => {
    expect(page).toContain(`](../operations/deploy/${name})`);
  });

  it.each(readdirSync(FOLDER))('%s names variables that there are', (name) => {
    const named = read(name).match(/\b(TASKS_[A-Z_]+|DATABASE_URL)\b/g) ?? [];
    expect(named.filter((one) => !(one in environmentSchema.shape))).toEqual([]);
  });
});

describe('each gives a process the time to stop that it may take:', () => {
  it('PM2', () => {
    const { apps } = createRequire(import.meta.url)(join(FOLDER, 'pm2.config.cjs')) as {
      apps: [{ kill_timeout: number }];
    };
    expect(apps[0].kill_timeout).toBeGreaterThanOrEqual(STOP_MS);
  });

  it('systemd', () => {
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(read('carillon.service'))!;
    expect(Number(seconds) * 1_000).toBeGreaterThanOrEqual(STOP_MS);
  });

  it('Compose', () => {
    const [compose] = documents('compose.yml');
    const period = String(compose!.getIn(['services', 'app', 'stop_grace_period']));
    expect(Number.parseInt(period) * 1_000).toBeGreaterThanOrEqual(STOP_MS);
  });

  it('Kubernetes, which also asks for health where it is', () => {
    const [deployment] = documents('kubernetes.yml');
    const pod = ['spec', 'template', 'spec'];
    const seconds = deployment!.getIn([...pod, 'terminationGracePeriodSeconds']);
    expect(Number(seconds) * 1_000).toBeGreaterThan(STOP_MS);
    const probed = (probe: string) =>
      deployment!.getIn([...pod, 'containers', 0, probe, 'httpGet', 'path']);
    expect(probed('readinessProbe')).toBe('/health/ready');
    expect(probed('livenessProbe')).toBe('/health/live');
  });
});

it('no YAML file has mistakes', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.yml')))
    for (const document of documents(name)) expect(document.errors, name).toEqual([]);
});
