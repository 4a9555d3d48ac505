import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditBank } from '../chaos/bank-book.js';
import { runChaos } from '../chaos/chaos-run.js';
import { summary } from '../chaos/report.js';
import { NEVER, RunHosts } from '../support/run-hosts.js';
import { until } from '../support/until.js';
import { usualServer } from '../chaos/postgres-server.js';

const KILLS = 30;
/** Processes that start beside each other; a start takes most of the time. */
const BESIDE = 4;

/** All of a transactional run's ways to its commit, and one past it. */
const PLACES = [
  'handler:after-last-write',
  'transaction:before-commit',
  'transaction:after-commit',
];

const placeOf = (n: number) => PLACES[n % PLACES.length]!;

describe('a process that is killed in a transactional run', () => {
  let hosts: RunHosts;

  beforeEach(async () => {
    hosts = await RunHosts.create();
  });

  afterEach(() => hosts.end());

  it(`leaves nothing half-done, ${KILLS} times`, async () => {
    const leader = await hosts.start('leader', { roles: ['scheduler'] });
    const knows = await hosts.start('knows', { roles: ['worker'] });
    const job = { id: 'killed', task: 'transfer', transactional: true, trigger: NEVER } as const;
    await leader.ask({ do: 'add', job: { ...job, overlap: 'allow' } });
    // Somebody must know the task of a new job; nobody may run it but those that will be killed.
    await knows.end('SIGTERM');
    for (let n = 0; n < KILLS; n++) await leader.ask({ do: 'run', jobId: 'killed' });
    let started = 0;
    const killOneAfterTheOther = async () => {
      for (let n = started++; n < KILLS; n = started++) {
        const place = placeOf(n);
        const options = { roles: ['worker'], concurrency: 1 };
        const node = hosts.spawn(`n${n}`, options, [{ place, action: 'kill', nth: 1 }]);
        await Promise.race([node.ended, sleep(30_000)]);
        expect(node.isAlive, `${node.name}, ${place}`).toBe(false);
      }
    };
    await Promise.all(Array.from({ length: BESIDE }, killOneAfterTheOther));
    const runs = await until('the end of all runs', async () => {
      const all = await hosts.runs('killed');
      return all.every(({ finished_at }) => finished_at !== null) ? all : null;
    });
    expect(hosts.noted('succeeded')).toHaveLength(KILLS);
    const committed = Array.from({ length: KILLS }, (_, n) => placeOf(n)).filter(
      (place) => place === 'transaction:after-commit',
    );
    expect(runs.filter(({ state }) => state === 'succeeded')).toHaveLength(committed.length);
    expect(runs.filter(({ state }) => !['succeeded', 'abandoned'].includes(state))).toEqual([]);
    expect(await auditBank((sql) => hosts.database.query(sql))).toEqual([]);
  }, 300_000);
});

it('keeps every transfer whole while nodes are killed in the midst of them', async () => {
  const options = {
    minutes: 0.4,
    seed: 7,
    nodes: 3,
    scenario: 'transfers',
    rate: 60,
    server: usualServer(),
    places: [],
    faults: [],
    out: mkdtempSync(join(tmpdir(), 'carillon-transfers-')),
  } as const;
  const report = await runChaos(options, new AbortController().signal, () => undefined);
  console.log(summary(report));
  expect(report.violations).toEqual([]);
  const kills = report.timeline.filter(({ detail }) => !detail.includes('did not reach'));
  expect(kills.length).toBeGreaterThanOrEqual(10);
  expect(report.figures.runs['succeeded']).toBeGreaterThan(50);
  rmSync(options.out, { recursive: true });
}, 180_000);
