import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../domain/clock.js';
import { within } from '../../domain/within.js';
import { ProblemException } from '../protocol/problem.js';
import { ChangePoller, type FeedEvent } from './change-poller.js';
import { EventStream, type FrameworkResponse } from './event-stream.js';
import { StreamPlaces } from './stream-places.js';

const BEAT_MS = 15_000;

/** How long is waited for a client to take what it was told, at the end of its stream. */
const END_MS = 1_000;

/** A client that comes again is asked again who it is. */
const MAX_MS = 900_000;

/** How long a client waits before it comes again. */
const RETRY_MS = 2_000;

/** The streams of this node, which end before its server does: it would wait for them. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly open = new Set<EventStream>();
  private readonly places = new StreamPlaces();
  private closing = false;

  constructor(
    private readonly poller: ChangePoller,
    private readonly clock: Clock,
  ) {}

  /**
   * @param since the last that the client was told; null: nothing, it begins now
   * @param caller whose streams are counted together
   */
  async serve(response: FrameworkResponse, since: Date | null, caller: string): Promise<void> {
    if (this.closing) throw stopping();
    const over = new AbortController();
    const leave = this.places.take(caller);
    // First what was missed: a refusal can still be told as a problem.
    const early: Told[] = [];
    let tell = (...told: Told): void => void early.push(told);
    const silence = this.poller.listen((...told) => tell(...told));
    const stream = new EventStream(response);
    const end = () => {
      this.open.delete(stream);
      silence();
      leave();
      over.abort();
    };
    stream.onClose(end);
    try {
      const missed = since && !over.signal.aborted && (await this.poller.missed(since));
      if (missed) early.unshift([missed.events, missed.at]);
      if (this.closing) throw stopping();
    } catch (error) {
      end();
      throw error;
    }
    // Whoever has left in the meantime is told nothing.
    if (over.signal.aborted) return;
    this.open.add(stream);
    stream.open(RETRY_MS);
    tell = (events, at) => stream.send(framesOf(events, at));
    for (const told of early) tell(...told);
    void this.keepAlive(stream, over.signal);
  }

  /** What a stream would begin with, for whoever asks for nothing else. */
  async head(response: FrameworkResponse): Promise<void> {
    const stream = new EventStream(response);
    stream.open(RETRY_MS);
    await this.endOf(stream);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.end();
  }

  private async end(): Promise<void> {
    await Promise.all([...this.open].map((stream) => this.endOf(stream)));
  }

  /** A client that is gone and did not say so must not hold up anything. */
  private async endOf(stream: EventStream): Promise<void> {
    if (!(await within(this.clock, END_MS, stream.end()))) stream.drop();
  }

  private async keepAlive(stream: EventStream, signal: AbortSignal): Promise<void> {
    for (let ms = 0; ms < MAX_MS && !signal.aborted; ms += BEAT_MS) {
      stream.beat();
      await this.clock.sleep(BEAT_MS, signal);
    }
    if (!signal.aborted) await this.endOf(stream);
  }
}

type Told = readonly [events: readonly FeedEvent[], at: Date];

const stopping = () =>
  new ProblemException(503, 'unavailable', 'The server stops. Try again shortly.');

const frames = new WeakMap<readonly FeedEvent[], Buffer>();

/**
 * Events as they go over the wire. They are written once however many clients are told of them, and
 * what waits for slow ones is the same memory for all.
 *
 * @param at what a client that comes again gives back as `Last-Event-ID`
 */
function framesOf(events: readonly FeedEvent[], at: Date): Buffer {
  let made = frames.get(events);
  if (made === undefined) {
    made = Buffer.from(events.map((event) => frame(event, at.getTime())).join(''));
    frames.set(events, made);
  }
  return made;
}

const frame = ({ kind, ...data }: FeedEvent, id: number) =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
