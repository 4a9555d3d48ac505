import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../protocol/security-headers.js';

/** What a framework gives a handler: Node's response itself, or something around it. */
export type FrameworkResponse =
  | ServerResponse
  | { readonly raw: ServerResponse; hijack(): unknown };

/** So much waits for a client at most. It is the same memory for all clients that were told the same. */
const MAX_WAITING_BYTES = 262_144;

/**
 * One client's stream of server-sent events. The connection is not kept for anything else, so that it
 * is gone at the stream's end and holds up no server that closes.
 */
export class EventStream {
  private readonly response: ServerResponse;

  constructor(private readonly given: FrameworkResponse) {
    this.response = 'raw' in given ? given.raw : given;
    // A client that goes away in the midst of a write is no error of this process.
    this.response.on('error', () => undefined);
  }

  /** From here on nobody else answers. */
  open(retryMs: number): void {
    // Fastify must leave the answer to us.
    if ('raw' in this.given) this.given.hijack();
    this.response.writeHead(200, {
      ...SECURITY_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      Connection: 'close',
      // Proxies that gather answers before they pass them on are asked not to.
      'X-Accel-Buffering': 'no',
    });
    this.send(`retry: ${retryMs}\n\n`);
  }

  /** Whoever does not take what he is told is let go: he comes again, and is told what he missed. */
  send(told: string | Buffer): void {
    if (this.response.writableLength > MAX_WAITING_BYTES) this.drop();
    if (!this.response.writableEnded && !this.response.destroyed) this.response.write(told);
  }

  /** Keeps proxies from taking the silence for the end. */
  beat(): void {
    this.send(':\n\n');
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

  /** Calls back at once where the client has gone already. */
  onClose(closed: () => void): void {
    if (this.response.closed) closed();
    else this.response.once('close', closed);
  }
}
