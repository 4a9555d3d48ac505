/**
 * Collects what one thread tells the other in a round of its event loop, and sends it as one message: each message
 * costs both of them, and an engine that hears of ten ends one after the other asks for one run ten times.
 */
export class Mailbox<Message> {
  private waiting: Message[] = [];

  constructor(private readonly send: (messages: readonly Message[]) => void) {}

  put(message: Message): void {
    this.waiting.push(message);
    if (this.waiting.length === 1) setImmediate(() => this.sendAll());
  }

  private sendAll(): void {
    const messages = this.waiting;
    this.waiting = [];
    this.send(messages);
  }
}
