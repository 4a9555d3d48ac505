import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { choosePort, isFree } from './port.js';

const free =
  (...ports: number[]) =>
  (port: number) =>
    Promise.resolve(ports.includes(port));

it('keeps the port of the last time', async () => {
  expect(await choosePort(6000, free(5433, 6000))).toBe(6000);
});

it('begins at 5433 when none is remembered', async () => {
  expect(await choosePort(null, free(5433, 5434))).toBe(5433);
});

it('takes the first usable one when the remembered one is taken', async () => {
  expect(await choosePort(6000, free(5435, 5437))).toBe(5435);
});

it('takes any free port when all of the usual ones are taken', async () => {
  const port = await choosePort(6000, free());
  expect(port).toBeGreaterThan(1023);
  expect(await isFree(port)).toBe(true);
});

it('sees that somebody listens', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isFree(port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await isFree(port)).toBe(true);
});
