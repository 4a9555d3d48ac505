import { describe, expect, it } from 'vitest';
import type { Change } from './import-plan.js';
import { importRequests, slices } from './import-requests.js';

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

const KB = 1_024;
const ofBytes = (bytes: number, id = 0) => ({ id, payload: 'x'.repeat(bytes) });
const sizes = <T>(parts: readonly (readonly T[])[]) => parts.map(({ length }) => length);

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

describe('a list that is sent in parts', () => {
  it('has fifty in one at most, in their order', () => {
    const all = Array.from({ length: 120 }, (_, n) => n);
    expect(sizes(slices(all))).toEqual([50, 50, 20]);
    expect(slices(all).flat()).toEqual(all);
    expect(slices([])).toEqual([]);
  });

  it('has 64 kB of JSON in one at most', () => {
    const all = Array.from({ length: 50 }, (_, n) => ofBytes(3 * KB, n));
    const parts = slices(all);
    expect(parts.flat()).toEqual(all);
    expect(sizes(parts)).toEqual([21, 21, 8]);
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(64 * KB);
  });

  it('counts bytes, not characters', () => {
    const all = Array.from({ length: 4 }, () => 'ü'.repeat(10 * KB));
    expect(sizes(slices(all))).toEqual([3, 1]);
  });

  it('has alone what is larger by itself', () => {
    const all = [ofBytes(10), ofBytes(70 * KB), ofBytes(10), ofBytes(200 * KB)];
    expect(sizes(slices(all))).toEqual([1, 1, 1, 1]);
  });
});
