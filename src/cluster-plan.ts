/** One node of a cluster on this machine. */
export interface PlannedNode {
  readonly name: string;
  readonly port: number;
}

const DEFAULT_NODES = 3;
/** More would want more connections than the embedded PostgreSQL has. */
const MAX_NODES = 20;
const LAST_PORT = 65_535;

/**
 * The nodes `n1`, `n2` … on ports from `firstPort` on.
 *
 * @param argument what the command line says; undefined means 3
 * @throws Error that says what is allowed
 */
export function planCluster(argument: string | undefined, firstPort: number): PlannedNode[] {
  const count = argument === undefined ? DEFAULT_NODES : Number(argument);
  if (!/^\d+$/.test(argument ?? String(count)) || count < 1 || count > MAX_NODES) {
    throw new Error(
      `"${argument}" is not a number of nodes: give a whole number from 1 to ${MAX_NODES}, ` +
        'such as "npm run cluster -- 3".',
    );
  }
  if (firstPort + count - 1 > LAST_PORT) {
    throw new Error(
      `${count} nodes from port ${firstPort} on would pass port ${LAST_PORT}: set PORT to a ` +
        'smaller number.',
    );
  }
  return Array.from({ length: count }, (_, i) => ({ name: `n${i + 1}`, port: firstPort + i }));
}

/** Signals this close together are one Ctrl-C, which a terminal and npm both pass on. */
const SAME_SIGNAL_MS = 500;

/** Whether a signal means that the first one was not enough. */
export function isImpatient(firstAt: number, now: number): boolean {
  return now - firstAt > SAME_SIGNAL_MS;
}
