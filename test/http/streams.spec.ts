import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { keyOf, startHttpApp, type HttpApp } from './http-app.js';
import { sendRaw } from './raw-request.js';

const STREAMS = 1_000;
const OF_CALLER = 100;
const EARLY_LEAVERS = 2_000;
const AT_ONCE = 50;
/** A client that comes again has missed something, which is read first. */
const CAME_AGAIN = { 'last-event-id': String(Date.now()) };

/** So many callers that each may have a share of all streams. */
const KEYS = Array.from({ length: STREAMS / OF_CALLER }, (_, n) => ({
  ...keyOf('viewer'),
  name: `viewer-${n}`,
  sha256: keyOf(`viewer-${n}` as 'viewer').sha256,
}));

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true } });
});
afterAll(() => http?.close());

const keyFor = (n: number) => ({ authorization: `Bearer viewer-${n % KEYS.length}-key` });

/** A client of a stream by the wire itself: it reads when it likes, and goes when it likes. */
function listen(n: number, headers: object = {}, method = 'GET'): Socket {
  const { hostname, port } = new URL(http.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  const lines = Object.entries({ host: 'x', ...keyFor(n), ...headers }).map(
    ([name, value]) => `${name}: ${String(value)}\r\n`,
  );
  socket.write(`${method} /scheduler/events HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

const firstLine = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(String(chunk).split('\r\n')[0]!));
    socket.once('close', () => resolve('closed'));
  });

/** Opens all the streams that there may be. */
async function openAll(): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let n = 0; n < STREAMS; n += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, i) => listen(n + i));
    const answers = await Promise.all(some.map(firstLine));
    expect(answers).toEqual(Array(AT_ONCE).fill('HTTP/1.1 200 OK'));
    sockets.push(...some);
  }
  return sockets;
}

const statusOfOneMore = async (n: number) =>
  (await sendRaw(http.url, { method: 'GET', path: '/scheduler/events', headers: keyFor(n) }))
    .status;

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await until('no connection any more', async () => (await connections()) === 0);
}

const connections = () =>
  new Promise<number>((resolve) => {
    (http.app.getHttpServer() as import('node:net').Server).getConnections((_, n) => resolve(n));
  });

function memoryMb(): number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}

/** Something to tell: so many changes of jobs with long ids. */
async function change(times: number, idLength: number): Promise<void> {
  await http.database.query(
    `INSERT INTO carillon.audit (actor, action, job_id, at)
     SELECT 'test', 'job.modify', repeat('x', $2) || n, clock_timestamp()
     FROM generate_series(1, $1::int) n`,
    [times, idLength],
  );
}

describe('streams', () => {
  it('give back their places and memory when a thousand of them are over', async () => {
    // The first ones make what stays.
    await closeAll(await openAll());
    const before = memoryMb();
    const sockets = await openAll();
    for (const socket of sockets) socket.resume();
    expect(await statusOfOneMore(0)).toBe(429);
    await change(400, 100);
    await new Promise((told) => sockets.at(-1)!.once('data', told));
    await closeAll(sockets);
    await until('the memory back', () => memoryMb() - before < 10);
    await closeAll(await openAll());
  });

  it('give them back when 2,000 clients leave while they are told what they missed', async () => {
    const before = memoryMb();
    for (let n = 0; n < EARLY_LEAVERS; n += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, i) => listen(n + i, CAME_AGAIN));
      await new Promise((leave) => setTimeout(leave, n % 40));
      for (const socket of some) socket.destroy();
    }
    await closeAll([]);
    await until('the memory back', () => memoryMb() - before < 10);
    await until('the places back', async () => {
      const socket = listen(0);
      const line = await firstLine(socket);
      socket.destroy();
      return line === 'HTTP/1.1 200 OK';
    });
    await closeAll(await openAll());
  });

  it('let those go that do not read, and stay for the others', async () => {
    const before = memoryMb();
    const slow = Array.from({ length: 200 }, (_, n) => listen(n));
    for (const socket of slow) socket.pause();
    const reader = listen(0);
    let heard = 0;
    reader.on('data', (chunk: Buffer) => (heard += chunk.length));
    await until('all of them', async () => (await connections()) >= 201);
    // The system keeps the first megabytes for them.
    await until('the end of the slow ones', async () => {
      const [known, many, long] = [heard, 120, 20_000];
      await change(many, long);
      await until('what has changed', () => heard > known + many * long);
      return (await connections()) < 20;
    });
    expect(reader.destroyed).toBe(false);
    reader.destroy();
    await closeAll(slow);
    await until('the memory back', () => memoryMb() - before < 10);
    await closeAll(await openAll());
  });

  it('answer HEAD at once, without a place', async () => {
    const asked = { method: 'HEAD', path: '/scheduler/events', headers: keyFor(0) };
    for (let n = 0; n <= OF_CALLER; n++) {
      const { status, headers } = await sendRaw(http.url, asked);
      expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    }
  });
});
