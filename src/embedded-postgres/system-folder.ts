import { chmod, mkdir } from 'node:fs/promises';

const PATH = '/var/lib/carillon';

/** Where root keeps what the server's user could not reach in the project; made if missing. */
export async function systemFolder(): Promise<string> {
  await mkdir(PATH, { recursive: true });
  // Whatever root's umask is, the server's user must get through.
  await chmod(PATH, 0o755);
  return PATH;
}
