import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Change } from '../../src/tasks/store/change-feed.js';
import { aJob, minutes } from '../support/builders.js';
import { aNodeAtWork, clockOf } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

export function changeFeedContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const since = async (at: Date, limit = 100) => {
    const { changes, more } = await store.changes.since(at, limit);
    return { changes: changes.map(({ change }) => change), more };
  };

  const ofKind = <Kind extends Change['kind']>(changes: readonly Change[], kind: Kind) =>
    changes.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);

  it('tells nothing but the time where nothing is asked for', async () => {
    await store.jobs.add(aJob('report'), 'api');
    const { changes, more, now } = await store.changes.since(null, 100);
    expect({ changes, more }).toEqual({ changes: [], more: false });
    expect(Math.abs(now.getTime() - (await clockOf(store)).getTime())).toBeLessThan(5_000);
  });

  it('tells which jobs were changed, with their revisions, and none from before', async () => {
    await store.jobs.add(aJob('before'), 'api');
    store.advance(minutes(1));
    const at = await clockOf(store);
    store.advance(1_000);
    await store.jobs.add(aJob('report'), 'api');
    expect((await since(at)).changes).toEqual([
      { kind: 'job', jobId: 'report', revision: 1, action: 'job.add' },
    ]);
    store.advance(minutes(1));
    const later = await clockOf(store);
    store.advance(1_000);
    await store.jobs.modify('before', { priority: 1 });
    expect((await since(later)).changes).toEqual([
      { kind: 'job', jobId: 'before', revision: 2, action: 'job.modify' },
    ]);
    store.advance(minutes(1));
    const last = await clockOf(store);
    store.advance(1_000);
    await store.jobs.remove('report');
    expect(ofKind((await since(last)).changes, 'job')).toEqual([
      { kind: 'job', jobId: 'report', revision: null, action: 'job.remove' },
    ]);
  });

  it('tells of runs that were asked for, and by what node and leader came', async () => {
    const at = await clockOf(store);
    store.advance(1_000);
    const node = await aNodeAtWork(store, 'one');
    await store.jobs.add(aJob('report'), 'api');
    const run = await store.jobs.runNow('report');
    const { changes } = await since(at);
    expect(ofKind(changes, 'run')).toEqual([
      { kind: 'run', runId: run.id, jobId: 'report', state: 'pending', attempt: 0 },
    ]);
    expect(ofKind(changes, 'node')).toEqual([{ kind: 'node', nodeId: node.id, stopped: false }]);
    await node.roster.leave();
    const [left] = ofKind((await since(at)).changes, 'node');
    expect(left).toEqual({ kind: 'node', nodeId: node.id, stopped: true });
  });

  it('gives each change a key of its own, the same whenever it is read', async () => {
    const at = await clockOf(store);
    store.advance(1_000);
    for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
    await store.jobs.runNow('a');
    const keys = async () => (await store.changes.since(at, 100)).changes.map(({ key }) => key);
    const first = await keys();
    expect(new Set(first).size).toBe(4);
    expect(await keys()).toEqual(first);
  });

  it('says that there is more than was asked for', async () => {
    const at = await clockOf(store);
    store.advance(1_000);
    for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
    expect(await since(at, 2)).toMatchObject({ changes: [{}, {}], more: true });
    expect(await since(at, 3)).toMatchObject({ changes: [{}, {}, {}], more: false });
  });
}
