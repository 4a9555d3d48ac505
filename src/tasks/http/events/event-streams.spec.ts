import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChangeFeed, type Change, type Changes } from '../../store/change-feed.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { ChangePoller } from './change-poller.js';
import { EventStreams } from './event-streams.js';
import { MAX_STREAMS, MAX_STREAMS_OF_CALLER } from './stream-places.js';

/** The answer to a client that takes what it likes and ends when it likes. */
class ClientResponse extends EventEmitter {
  closed = false;
  destroyed = false;
  writableEnded = false;
  writableLength = 0;
  status = 0;
  readonly written: (string | Buffer)[] = [];
  writeHead = (status: number) => {
    this.status = status;
    return this;
  };
  write = (chunk: string | Buffer) => this.written.push(chunk) > 0;
  end = () => void (this.writableEnded = true);
  destroy = () => {
    this.destroyed = true;
    this.leave();
  };
  leave = () => {
    this.closed = true;
    this.emit('close');
  };
}

/** Answers when it is told to. */
class SlowFeed extends ChangeFeed {
  readonly waiting: ((changes: Changes) => void)[] = [];
  isSlow = false;
  changes: Change[] = [];

  since = () =>
    this.isSlow ? new Promise<Changes>((answer) => this.waiting.push(answer)) : this.answer();

  answer = async (): Promise<Changes> => ({
    changes: this.changes.map((change, n) => ({ key: `${n}`, change })),
    more: false,
    now: new Date(0),
  });
}

let clock: FakeClock;
let feed: SlowFeed;
let streams: EventStreams;

beforeEach(() => {
  clock = new FakeClock();
  feed = new SlowFeed();
  streams = new EventStreams(new ChangePoller(feed, clock), clock);
});

const given = (response: ClientResponse) => response as unknown as ServerResponse;

async function served(caller: string, response = new ClientResponse()): Promise<ClientResponse> {
  await streams.serve(given(response), null, caller);
  return response;
}

/** How many more streams a caller may open. */
async function placesOf(caller: string): Promise<number> {
  const opened: ClientResponse[] = [];
  try {
    for (;;) opened.push(await served(caller));
  } catch {
    for (const response of opened) response.leave();
    return opened.length;
  }
}

describe('the places of streams', () => {
  it('are given back by whoever leaves, before, while and after he is told what he missed', async () => {
    const gone = new ClientResponse();
    gone.leave();
    await streams.serve(given(gone), new Date(0), 'one');
    feed.isSlow = true;
    const leaving = new ClientResponse();
    const serving = streams.serve(given(leaving), new Date(0), 'one');
    leaving.leave();
    feed.isSlow = false;
    for (const answer of feed.waiting) answer(await feed.answer());
    await serving;
    (await served('one')).leave();
    expect([gone.status, leaving.status]).toEqual([0, 0]);
    expect(await placesOf('one')).toBe(MAX_STREAMS_OF_CALLER);
    await clock.advance(60_000);
    expect(clock.sleeping).toBe(0);
  });

  it('are given back where the database cannot be asked', async () => {
    feed.since = () => Promise.reject(new Error('away'));
    for (let n = 0; n < MAX_STREAMS_OF_CALLER + 1; n++) {
      const failed = streams.serve(given(new ClientResponse()), new Date(0), 'one');
      await expect(failed).rejects.toThrow('away');
    }
  });

  it('are as many as there are, also for those who come at the same instant', async () => {
    feed.isSlow = true;
    const come = (caller: string) => {
      const serving = streams.serve(given(new ClientResponse()), new Date(0), caller);
      return serving.then(
        () => 0,
        (refusal: { status: number }) => refusal.status,
      );
    };
    const asked = [];
    for (let n = 0; n <= MAX_STREAMS_OF_CALLER; n++) asked.push(come('greedy'));
    expect(await asked.at(-1)).toBe(429);
    for (let n = 0; n < MAX_STREAMS - MAX_STREAMS_OF_CALLER; n++) asked.push(come(`caller ${n}`));
    expect(await come('one too many')).toBe(503);
  });
});

describe('a client', () => {
  it('that takes nothing any more is let go, and comes again', async () => {
    const slow = await served('slow');
    const other = await served('other');
    slow.writableLength = 300_000;
    feed.changes = [{ kind: 'cluster', action: 'cluster.pause' }];
    await clock.advance(2_000);
    expect([slow.destroyed, other.destroyed]).toEqual([true, false]);
    expect(await placesOf('slow')).toBe(MAX_STREAMS_OF_CALLER);
  });

  it('waits for the same memory as all others that were told the same', async () => {
    const [one, two] = [await served('one'), await served('two')];
    await clock.advance(1_000);
    feed.changes = [{ kind: 'cluster', action: 'cluster.pause' }];
    await clock.advance(1_000);
    expect(String(one.written.at(-1))).toMatch(/^id: 0\nevent: cluster\n/);
    expect(one.written.at(-1)).toBe(two.written.at(-1));
  });

  it('that takes nothing holds up the end of the node, and of its stream, for a second', async () => {
    const [over, stuck] = [await served('one'), await served('two')];
    await clock.advance(900_000 + 999);
    expect([over.writableEnded, over.destroyed]).toEqual([true, false]);
    await clock.advance(1);
    expect([over.destroyed, stuck.destroyed]).toEqual([true, true]);
    const late = await served('late');
    const ending = streams.beforeApplicationShutdown();
    await clock.advance(999);
    expect(late.destroyed).toBe(false);
    await clock.advance(1);
    await ending;
    expect(late.destroyed).toBe(true);
  });
});
