import { once } from 'node:events';
import { Socket } from 'node:net';

/** How long the good-bye to a server may take. */
const END_MS = 1_000;

/**
 * All that a node has open to its database, to be let go at once when it stops.
 *
 * Where packets vanish, neither an answer nor the end of a connection ever comes, and whoever waits
 * for one waits for as long as the kernel does. When its connection is let go it learns so at once.
 */
export class Connections {
  private readonly sockets = new Set<Socket>();

  /** The driver's option of this name: what it makes a connection on. */
  readonly stream = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /** What waits for one of them fails. Those that are opened later are not concerned. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Never rejects, and resolves also where the end of a connection never comes. */
export async function endConnection(client: { end(): Promise<void> }): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, once(AbortSignal.timeout(END_MS), 'abort')]);
}
