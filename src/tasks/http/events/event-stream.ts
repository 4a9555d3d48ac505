import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../protocol/security-headers.js';
import type { FeedEvent } from './change-poller.js';

/** What a framework gives a handler: Node's response itself, or something around it. */
export type FrameworkResponse =
  | ServerResponse
  | { readonly raw: ServerResponse; hijack(): unknown };

/**
 * One client's stream of server-sent events. The connection is not kept for anything else, so that it
 * is gone at the stream's end and holds up no server that closes.
 */
export class EventStream {
  private readonly response: ServerResponse;

  constructor(response: FrameworkResponse) {
    if ('raw' in response) {
      // Fastify must leave the answer to us.
      response.hijack();
      this.response = response.raw;
    } else {
      this.response = response;
    }
    // A client that goes away in the midst of a write is no error of this process.
    this.response.on('error', () => undefined);
  }

  open(retryMs: number): void {
    this.response.writeHead(200, {
      ...SECURITY_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      Connection: 'close',
      // Proxies that gather answers before they pass them on are asked not to.
      'X-Accel-Buffering': 'no',
    });
    this.write(`retry: ${retryMs}\n\n`);
  }

  /** @param at what a client that comes again gives back as `Last-Event-ID` */
  send(events: readonly FeedEvent[], at: Date): void {
    const id = at.getTime();
    for (const { kind, ...data } of events) {
      this.write(`id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  /** Keeps proxies from taking the silence for the end. */
  beat(): void {
    this.write(':\n\n');
  }

  /** Resolves when the client has it all, or is gone. */
  end(): Promise<void> {
    const { response } = this;
    if (response.closed) return Promise.resolve();
    return new Promise((resolve) => {
      response.once('close', resolve);
      response.end();
    });
  }

  /** The client takes nothing any more, and who waits for it waits for ever. */
  drop(): void {
    this.response.destroy();
  }

  onClose(closed: () => void): void {
    this.response.once('close', closed);
  }

  /** More than the client has taken is waiting for it. */
  get lagsBehind(): boolean {
    return this.response.writableLength > MAX_WAITING_BYTES;
  }

  private write(text: string): void {
    if (!this.response.writableEnded) this.response.write(text);
  }
}

const MAX_WAITING_BYTES = 1_048_576;
