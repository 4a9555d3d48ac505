import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManyRuns } from '../bench/many-runs.js';
import { NodeProcess } from '../support/node-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const RUNS = 50_000;
/** What a heap may differ by from one look to the next; a run that stays would be 15 MB of them. */
const SLACK_MB = 4;

describe('a node that has run very much', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => database.drop());

  it('holds no more than before, and leaves nothing open when it is closed', async () => {
    const node = new NodeProcess('many', {
      script: 'chaos/test/chaos/app/many-runs.js',
      env: { DATABASE_URL: database.url, RUNS: String(RUNS) },
    });
    const seen = JSON.parse(await node.saying('warmMb')) as ManyRuns;
    console.log(`${RUNS} runs: ${seen.warmMb.toFixed(1)} MB, then ${seen.endMb.toFixed(1)} MB`);
    expect(seen.endMb - seen.warmMb).toBeLessThan(SLACK_MB);
    expect(seen.after.toSorted()).toEqual(seen.before.toSorted());
    expect(seen.listeners[1]).toBe(seen.listeners[0]);
    expect(seen.connections).toBe(0);
    // With nothing left open it ends by itself.
    await expect.poll(() => node.exitCode, { timeout: 5_000 }).toBe(0);
    const [done] = await database.query<{ count: string }>(
      `SELECT count(*) FROM carillon.runs WHERE state = 'succeeded'`,
    );
    expect(Number(done?.count)).toBe(RUNS);
  });
});
