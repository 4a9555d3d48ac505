import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { ChangeFeed } from '../../store/change-feed.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { ChangePoller } from './change-poller.js';
import { EventStreams } from './event-streams.js';

/** The answer to a client that was cut off in the midst of it: it takes nothing and never ends. */
class StuckResponse extends EventEmitter {
  closed = false;
  writableEnded = false;
  writableLength = 0;
  writeHead = () => this;
  write = () => false;
  end = () => void (this.writableEnded = true);
  destroy = () => {
    this.closed = true;
    this.emit('close');
  };
}

class SilentFeed extends ChangeFeed {
  since = async () => ({ changes: [], more: false, now: new Date(0) });
}

it('a client that takes nothing any more holds up the end for a second', async () => {
  const clock = new FakeClock();
  const streams = new EventStreams(new ChangePoller(new SilentFeed(), clock), clock);
  const response = new StuckResponse();
  await streams.serve(response as unknown as ServerResponse, null);
  let ended = false;
  const ending = streams.beforeApplicationShutdown().then(() => (ended = true));
  await clock.advance(999);
  expect([ended, response.closed]).toEqual([false, false]);
  await clock.advance(1);
  await ending;
  expect([ended, response.closed]).toEqual([true, true]);
});
