import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const NAME = 'carillon presence';
const RECONNECT_MS = 1_000;

/**
 * A connection that does nothing but be seen: while it is open, the others know that the server is
 * in use. It keeps no process from exiting, and comes back after the server was restarted.
 */
export class Presence {
  private client: pg.Client | null = null;
  private closed = false;

  private constructor(readonly url: string) {}

  static async open(url: string): Promise<Presence> {
    const presence = new Presence(url);
    const client = presence.newClient();
    await client.connect();
    held(client).unref();
    return presence;
  }

  async close(): Promise<void> {
    this.closed = true;
    if (!this.client) return;
    // Or a process that has nothing else to do exits before the connection is closed.
    held(this.client).ref();
    await this.client.end().catch(() => undefined);
  }

  private newClient(): pg.Client {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `${NAME} (pid ${process.pid})`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    // Without a listener the error of a broken connection ends the process.
    client.on('error', () => undefined);
    client.on('end', () => this.comeBackLater());
    this.client = client;
    return client;
  }

  private comeBackLater(): void {
    if (this.closed) return;
    const comeBack = () => {
      if (this.closed) return;
      const client = this.newClient();
      held(client).unref();
      // A refused connection ends too, which brings us back here.
      void client.connect().catch(() => undefined);
    };
    setTimeout(comeBack, RECONNECT_MS).unref();
  }
}

/** How often, and for how long, connections that are just closing are given time to vanish. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 100;

/** Whether no other process is connected. */
export async function isUnused(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (let look = 1; ; look++) {
      const { users, others } = await countClients(client);
      if (users > 0) return false;
      if (others === 0) return true;
      if (look === LOOKS) return false;
      await sleep(LOOK_AGAIN_MS);
    }
  } finally {
    await client.end();
  }
}

async function countClients(client: pg.Client): Promise<{ users: number; others: number }> {
  const { rows } = await client.query<{ users: number; others: number }>(
    `select count(*) filter (where application_name like $1 || '%')::int as users,
            count(*)::int as others
       from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    [NAME],
  );
  return rows[0] ?? { users: 0, others: 0 };
}

/** The typings leave these out. */
function held(client: pg.Client): { ref(): void; unref(): void } {
  return client as pg.Client & { ref(): void; unref(): void };
}
