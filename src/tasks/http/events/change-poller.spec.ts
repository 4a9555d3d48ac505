import { beforeEach, describe, expect, it } from 'vitest';
import { ChangeFeed, type Change, type Changes } from '../../store/change-feed.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { ChangePoller, type FeedEvent } from './change-poller.js';

const NOON = new Date('2026-03-02T12:00:00.000Z');

const jobChange = (jobId: string): Change => ({
  kind: 'job',
  jobId,
  revision: 1,
  action: 'job.add',
});

/** Changes with the instants at which they were stamped, which may be seen later. */
class ScriptedFeed extends ChangeFeed {
  readonly changes: { key: string; at: Date; change: Change }[] = [];
  asked: (Date | null)[] = [];
  failing = false;

  constructor(private readonly clock: FakeClock) {
    super();
  }

  add(jobId: string, at = this.clock.now()): void {
    this.changes.push({ key: jobId, at, change: jobChange(jobId) });
  }

  async since(since: Date | null, limit: number): Promise<Changes> {
    this.asked.push(since);
    if (this.failing) throw new Error('connection refused');
    const found = since === null ? [] : this.changes.filter(({ at }) => at > since);
    return { changes: found.slice(0, limit), more: found.length > limit, now: this.clock.now() };
  }
}

let clock: FakeClock;
let feed: ScriptedFeed;
let poller: ChangePoller;

beforeEach(() => {
  clock = new FakeClock(NOON);
  feed = new ScriptedFeed(clock);
  poller = new ChangePoller(feed, clock);
});

function listening() {
  const told: string[] = [];
  const stop = poller.listen((events: readonly FeedEvent[]) => {
    for (const event of events) told.push('jobId' in event ? event.jobId : event.kind);
  });
  return { told, stop };
}

describe('the poller of changes', () => {
  it('tells each change once to all who listen, though it looks back each time', async () => {
    const first = listening();
    const second = listening();
    await clock.advance(1_000);
    feed.add('a');
    feed.add('b');
    await clock.advance(1_000);
    feed.add('c');
    await clock.advance(10_000);
    expect(first.told).toEqual(['a', 'b', 'c']);
    expect(second.told).toEqual(first.told);
  });

  it('tells the others what one of them cannot take', async () => {
    poller.listen(() => {
      throw new Error('write after end');
    });
    const { told } = listening();
    await clock.advance(1_000);
    feed.add('a');
    await clock.advance(1_000);
    expect(told).toEqual(['a']);
  });

  it('tells what was stamped before and committed after the last look', async () => {
    const { told } = listening();
    await clock.advance(5_000);
    feed.add('late', new Date(clock.now().getTime() - 2_500));
    await clock.advance(5_000);
    expect(told).toEqual(['late']);
  });

  it('asks once a second however many listen, and not at all when nobody does', async () => {
    const listeners = [listening(), listening(), listening()];
    await clock.advance(5_000);
    const asked = feed.asked.length;
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThanOrEqual(6);
    for (const { stop } of listeners) stop();
    await clock.advance(10_000);
    expect(feed.asked.length).toBe(asked);
    listening();
    await clock.advance(1_000);
    expect(feed.asked.length).toBeGreaterThan(asked);
  });

  it('says that there is too much to tell', async () => {
    const { told } = listening();
    await clock.advance(1_000);
    for (let n = 0; n < 501; n++) feed.add(`many-${n}`);
    await clock.advance(1_000);
    expect(told).toEqual(['reset']);
  });

  it('says so every 15 seconds only while there is too much all the time, and once at its end', async () => {
    const { told } = listening();
    await clock.advance(1_000);
    for (let second = 0; second < 20; second++) {
      for (let n = 0; n < 501; n++) feed.add(`many-${second}-${n}`);
      await clock.advance(1_000);
    }
    expect(told).toEqual(['reset', 'reset']);
    await clock.advance(30_000);
    expect(told).toEqual(['reset', 'reset', 'reset']);
    feed.add('one');
    await clock.advance(1_000);
    expect(told.at(-1)).toBe('one');
  });

  it('goes on from where it was when the database comes back', async () => {
    const { told } = listening();
    await clock.advance(2_000);
    feed.failing = true;
    feed.add('meanwhile');
    await clock.advance(60_000);
    expect(told).toEqual([]);
    feed.failing = false;
    await clock.advance(1_000);
    expect(told).toEqual(['meanwhile']);
  });

  it('tells who comes again what he has missed, unless that is too long ago', async () => {
    feed.add('before', new Date(NOON.getTime() - 60_000));
    feed.add('missed', new Date(NOON.getTime() - 10_000));
    const { events, at } = await poller.missed(new Date(NOON.getTime() - 20_000));
    expect(events).toEqual([jobChange('missed')]);
    expect(at).toEqual(NOON);
    const long = await poller.missed(new Date(NOON.getTime() - 300_001));
    expect(long.events).toEqual([{ kind: 'reset' }]);
    const ahead = await poller.missed(new Date(NOON.getTime() + 1));
    expect(ahead.events).toEqual([{ kind: 'reset' }]);
  });
});
