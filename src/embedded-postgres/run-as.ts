import { execFile } from 'node:child_process';

/** Whom the server runs as when we are root, whom PostgreSQL refuses. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Nothing of our own environment: a PGPORT or a German LC_ALL would change what PostgreSQL does. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** How a program is spawned as `user`. Node drops root's other groups when it is given a uid. */
export function spawnOptionsFor(user: ServerUser | null): {
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  readonly windowsHide: true;
} {
  const options = { env: ENVIRONMENT, windowsHide: true } as const;
  return user ? { ...options, uid: user.uid, gid: user.gid } : options;
}

/**
 * Runs a program to its end and gives what it printed.
 *
 * @param user null: ourselves
 * @throws Error with what the program said
 */
export function runAs(
  user: ServerUser | null,
  program: string,
  args: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    // Its own folder may be closed to the user, and then even `pwd` fails.
    const options = { ...spawnOptionsFor(user), cwd: '/' };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message, { cause: error }));
      else resolve(stdout.trim());
    });
  });
}

/** Asked of the system itself, since the answer hangs on every folder above and on its ACLs. */
export function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  return runAs(user, '/bin/sh', ['-c', 'test -x "$1"', 'sh', folder]).then(
    () => true,
    () => false,
  );
}
