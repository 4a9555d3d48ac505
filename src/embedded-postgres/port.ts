import { createServer, type AddressInfo } from 'node:net';

/** One above PostgreSQL's own 5432, which a server of the machine may have. */
const FIRST = 5433;
const COUNT = 10;

/**
 * The port of the last time, so that the URL stays the same; else the first free one from 5433 on;
 * else any.
 */
export async function choosePort(
  remembered: number | null,
  usable: (port: number) => Promise<boolean>,
): Promise<number> {
  const usual = Array.from({ length: COUNT }, (_, i) => FIRST + i);
  for (const port of remembered === null ? usual : [remembered, ...usual]) {
    if (await usable(port)) return port;
  }
  return anyFreePort();
}

/** Whether one could listen there now. */
export function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function anyFreePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}
