import { readdir, readFile } from 'node:fs/promises';

/**
 * Stops a server in its tracks, with every process of it, as a machine that is suspended.
 *
 * @param postmaster the process that makes the others; stopped first, it makes no more
 * @returns what lets them go on
 */
export async function stopServer(postmaster: number): Promise<() => void> {
  const stopped: number[] = [];
  const stop = (pid: number) => {
    if (send(pid, 'SIGSTOP')) stopped.unshift(pid);
  };
  stop(postmaster);
  for (const pid of await childrenOf(postmaster)) stop(pid);
  return () => stopped.forEach((pid) => send(pid, 'SIGCONT'));
}

/** False: it has ended. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = pids.map(async (pid) => {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // Behind the name, which is in parentheses: the state and the parent.
    const [, ppid] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return Number(ppid) === parent ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
}
