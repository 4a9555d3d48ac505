import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-port.js';
import { until } from './until.js';

export const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;

/** What it waits for takes so many times less than as shipped: a test has no half minutes. */
const HASTE = 3;

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;

interface Answer<T> {
  readonly data: T;
}

interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: { readonly alertname: string; readonly instance?: string };
}

/** A real Prometheus of the system's packages, which scrapes nodes each second. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** @param targets host and port of each node @param rules a file, whose patience is cut short */
  static async start(targets: readonly string[], rules: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-prometheus-'));
    const port = await freePort();
    const hasty = readFileSync(rules, 'utf8').replaceAll(
      /for: (\d+)([smh])/g,
      (_, n: string, unit: keyof typeof SECONDS) =>
        `for: ${Math.ceil((Number(n) * SECONDS[unit]) / HASTE)}s`,
    );
    writeFileSync(join(folder, 'alerts.yml'), hasty);
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'carillon', static_configs: [{ targets }] }],
    };
    writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
    const args = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ];
    const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const prometheus = new Prometheus(child, folder, `http://127.0.0.1:${port}`);
    await until('Prometheus', () => prometheus.isReady());
    return prometheus;
  }

  /** The value of an expression that has one; null: it has none. */
  async ask(expression: string): Promise<number | null> {
    const { data } = await this.get<{ result: { value: [number, string] }[] }>(
      `/api/v1/query?query=${encodeURIComponent(expression)}`,
    );
    return data.result[0] ? Number(data.result[0].value[1]) : null;
  }

  /** The names of the alerts that fire now. */
  async firing(): Promise<readonly string[]> {
    const { data } = await this.get<{ alerts: Alert[] }>('/api/v1/alerts');
    const names = data.alerts.filter(({ state }) => state === 'firing');
    return [...new Set(names.map(({ labels }) => labels.alertname))].toSorted();
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async get<T>(path: string): Promise<Answer<T>> {
    return (await (await fetch(this.url + path)).json()) as Answer<T>;
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
