import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../domain/clock.js';
import { within } from '../../domain/within.js';
import { ProblemException } from '../protocol/problem.js';
import { ChangePoller, type FeedEvent } from './change-poller.js';
import { EventStream, type FrameworkResponse } from './event-stream.js';

/** So many clients listen to one node at most. */
const MAX_STREAMS = 100;

const BEAT_MS = 15_000;

/** How long the end of the node waits for clients to take what they were told. */
const END_MS = 1_000;

/** A client that comes again is asked again who it is. */
const MAX_MS = 900_000;

/** How long a client waits before it comes again. */
const RETRY_MS = 2_000;

/** The streams of this node, which end before its server does: it would wait for them. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly open = new Set<EventStream>();
  private closing = false;

  constructor(
    private readonly poller: ChangePoller,
    private readonly clock: Clock,
  ) {}

  /** @param since the last that the client was told; null: nothing, it begins now */
  async serve(response: FrameworkResponse, since: Date | null): Promise<void> {
    if (this.closing) throw refused(503, 'unavailable', 'The server stops. Try again shortly.');
    if (this.open.size >= MAX_STREAMS) {
      throw refused(503, 'too-many-streams', 'Too many clients listen. Ask for what you need.');
    }
    // First what was missed: a refusal can still be told as a problem.
    const early: [readonly FeedEvent[], Date][] = [];
    let tell = (events: readonly FeedEvent[], at: Date) => void early.push([events, at]);
    const silence = this.poller.listen((events, at) => tell(events, at));
    let missed;
    try {
      missed = since && (await this.poller.missed(since));
    } catch (error) {
      silence();
      throw error;
    }
    const stream = new EventStream(response);
    stream.open(RETRY_MS);
    tell = (events, at) => {
      if (stream.lagsBehind) void stream.end();
      else stream.send(events, at);
    };
    if (missed) tell(missed.events, missed.at);
    for (const [events, at] of early) tell(events, at);
    this.open.add(stream);
    const over = new AbortController();
    stream.onClose(() => {
      this.open.delete(stream);
      silence();
      over.abort();
    });
    void this.keepAlive(stream, over.signal);
    if (this.closing) await this.end();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.end();
  }

  /** A client that is gone and did not say so must not hold up the application. */
  private async end(): Promise<void> {
    const streams = [...this.open];
    const ended = Promise.all(streams.map((stream) => stream.end()));
    if (await within(this.clock, END_MS, ended)) return;
    for (const stream of streams) stream.drop();
  }

  private async keepAlive(stream: EventStream, signal: AbortSignal): Promise<void> {
    for (let ms = 0; ms < MAX_MS && !signal.aborted; ms += BEAT_MS) {
      stream.beat();
      await this.clock.sleep(BEAT_MS, signal);
    }
    if (!signal.aborted) await stream.end();
  }
}

const refused = (status: number, code: string, detail: string) =>
  new ProblemException(status, code, detail);
