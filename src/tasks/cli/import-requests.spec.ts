import { describe, expect, it } from 'vitest';
import type { Change } from './import-plan.js';
import { importRequests } from './import-requests.js';

const aChange = (id: string, change: Partial<Change> = {}): Change => ({
  do: 'change',
  id,
  differs: [],
  job: null,
  patch: null,
  pause: null,
  ...change,
});
const made = (id: string, payload: unknown = null) =>
  aChange(id, { do: 'create', job: { id, paused: false, payload } });
const PAUSE = { reason: 'for now', until: '2099-01-01T00:00:00Z' };

describe('the requests of an import', () => {
  it('make jobs together, and give each pause its reason and end right after', () => {
    const requests = importRequests([
      made('a'),
      { ...made('b'), pause: { to: PAUSE } },
      aChange('gone', { do: 'remove' }),
      aChange('x/y', { patch: { priority: 7 }, pause: { to: null } }),
    ]);
    expect(requests).toEqual([
      {
        ids: ['a', 'b'],
        method: 'post',
        path: 'jobs/bulk',
        body: { action: 'create', conflict: 'replace', jobs: [made('a').job, made('b').job] },
      },
      { ids: ['b'], method: 'post', path: 'jobs/b/pause', body: PAUSE },
      {
        ids: ['gone'],
        method: 'post',
        path: 'jobs/bulk',
        body: { action: 'remove', ids: ['gone'] },
      },
      { ids: ['x/y'], method: 'patch', path: 'jobs/x%2Fy', body: { priority: 7 } },
      { ids: ['x/y'], method: 'post', path: 'jobs/x%2Fy/resume', body: {} },
    ]);
  });

  it('stay well below the 100 kB that a host takes, unless one job alone is larger', () => {
    const large = Array.from({ length: 60 }, (_, n) => made(`j${n}`, 'x'.repeat(4_000)));
    const requests = importRequests([...large, made('huge', 'x'.repeat(200_000))]);
    const bytes = requests.map(({ body }) => Buffer.byteLength(JSON.stringify(body)));
    expect(requests.at(-1)!.ids).toEqual(['huge']);
    for (const size of bytes.slice(0, -1)) expect(size).toBeLessThan(70_000);
    expect(requests.flatMap(({ ids }) => ids)).toHaveLength(61);
  });
});
