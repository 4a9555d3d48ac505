import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a database that can be cut and restored. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private isMute = false;
  private isHole = false;
  private holeAt: string | null = null;
  private near = 0;

  private constructor(private readonly target: URL) {}

  static async to(databaseUrl: string): Promise<Relay> {
    const relay = new Relay(new URL(databaseUrl));
    await relay.restore();
    return relay;
  }

  /** The database's URL by way of this relay. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  async restore(): Promise<void> {
    this.isMute = false;
    this.isHole = false;
    this.holeAt = null;
    this.server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          // Not even that one end is gone comes through.
          if (this.isHole) return;
          near.destroy();
          far.destroy();
        });
      }
      this.near += 1;
      near.once('close', () => (this.near -= 1));
      near.on('data', (question) => {
        if (this.holeAt !== null && question.includes(this.holeAt)) this.vanish();
        if (!this.isHole) far.write(question);
      });
      near.on('end', () => this.isHole || far.end());
      far.on('data', (answer) => this.isMute || this.isHole || near.write(answer));
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** What is asked still goes through, but no answer comes back, until the way is restored. */
  mute(): void {
    this.isMute = true;
  }

  /** A black hole: nothing goes through either way, not even an end. It takes what comes. */
  vanish(): void {
    this.isHole = true;
  }

  /** As soon as somebody asks for this. */
  vanishAt(text: string): void {
    this.holeAt = text;
  }

  /** How many have a connection to it. */
  get users(): number {
    return this.near;
  }

  /** Whether nothing goes through. */
  get hasVanished(): boolean {
    return this.isHole;
  }

  /** Ends what goes through and refuses what comes. */
  async cut(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  close(): Promise<void> {
    return this.cut();
  }
}
