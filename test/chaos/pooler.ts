import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort, isFree } from '../../src/embedded-postgres/port.js';
import type { ServerUser } from '../../src/embedded-postgres/run-as.js';
import { POOLER_MISSING, poolerProgram } from './pooler-program.js';

/** A real transaction pooler between the nodes and the database: PgBouncer, where it is installed. */
export class Pooler {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * @param user whom it runs as, since it refuses to run as root; null: ourselves
   * @throws Error when it is not installed
   */
  static async before(databaseUrl: string, user: ServerUser | null): Promise<Pooler> {
    const program = poolerProgram();
    if (program === null) throw new Error(POOLER_MISSING);
    const folder = await mkdtemp(join(tmpdir(), 'carillon-pooler-'));
    const url = new URL(databaseUrl);
    const port = await choosePort(null, isFree);
    const users = join(folder, 'users.txt');
    const settings = join(folder, 'pgbouncer.ini');
    await writeFile(users, `"${url.username}" "${decodeURIComponent(url.password)}"\n`);
    await writeFile(settings, settingsOf(url, port, users));
    if (user) {
      for (const path of [folder, users, settings]) await chown(path, user.uid, user.gid);
    }
    const child = spawn(program, ['--quiet', settings], {
      stdio: 'ignore',
      detached: true,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    url.port = String(port);
    const pooler = new Pooler(url.href, child, folder);
    await pooler.listening(port);
    return pooler;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.kill('SIGKILL')) {
      await once(this.process, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async listening(port: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const socket = connect(port, '127.0.0.1');
      const open = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (open) return;
      await sleep(100);
    }
    await this.stop();
    throw new Error(`pgbouncer does not listen on port ${port}. Start it by hand to see why.`);
  }
}

const settingsOf = ({ hostname, port }: URL, listenPort: number, users: string) => `
[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 30
max_client_conn = 500
server_login_retry = 1
`;
