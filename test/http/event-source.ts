/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of a stream of events, which remembers what it was told. */
export class EventSource {
  readonly events: ServerEvent[] = [];
  /** Comments, which keep a connection alive. */
  beats = 0;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  private rest = '';

  private constructor(
    readonly headers: Headers,
    body: ReadableStream<Uint8Array>,
    private readonly abort: AbortController,
  ) {
    this.ended = this.read(body);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventSource> {
    const abort = new AbortController();
    const answer = await fetch(`${url}/scheduler/events`, { headers, signal: abort.signal });
    if (answer.status !== 200 || !answer.body) throw new Error(`${answer.status}`);
    return new EventSource(answer.headers, answer.body, abort);
  }

  of(event: string): ServerEvent[] {
    return this.events.filter((one) => one.event === event);
  }

  close(): void {
    this.abort.abort();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) this.take(decoder.decode(chunk, { stream: true }));
    } catch {
      // We closed it ourselves.
    }
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
      );
      if (block.startsWith(':')) this.beats++;
      const event = fields.get('event');
      if (event === undefined) continue;
      const data = JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>;
      this.events.push({ id: fields.get('id') ?? '', event, data });
    }
  }
}
