import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a database that can be cut and restored. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private isMute = false;

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
    this.server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.on('data', (answer) => this.isMute || near.write(answer));
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** What is asked still goes through, but no answer comes back, until the way is restored. */
  mute(): void {
    this.isMute = true;
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
