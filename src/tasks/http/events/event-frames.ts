import type { FeedEvent } from './change-poller.js';

const frames = new WeakMap<readonly FeedEvent[], Buffer>();

/**
 * Events as they go over the wire. They are written once however many clients are told of them, and
 * what waits for slow ones is the same memory for all.
 *
 * @param at what a client that comes again gives back as `Last-Event-ID`
 */
export function framesOf(events: readonly FeedEvent[], at: Date): Buffer {
  let made = frames.get(events);
  if (made === undefined) {
    made = Buffer.from(events.map((event) => frame(event, at.getTime())).join(''));
    frames.set(events, made);
  }
  return made;
}

const frame = ({ kind, ...data }: FeedEvent, id: number) =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
