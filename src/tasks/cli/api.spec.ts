import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Api, UnansweredError } from './api.js';
import { CliError } from './exit-codes.js';

/** What comes of asking a server that does this. */
async function asked(listener: RequestListener): Promise<unknown> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const api = new Api(url, undefined, new AbortController().signal);
    return await api.get('jobs').catch((error: unknown) => error);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

it('an answer that breaks off is none', async () => {
  const error = await asked((_, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'Content-Length': '100' });
    response.write('{"items":', () => response.destroy());
  });
  expect(error).toBeInstanceOf(UnansweredError);
  expect(String(error)).toContain('cannot be reached');
});

it('an answer that only says that it is JSON is not ours', async () => {
  const error = await asked((_, response) => response.writeHead(200, JSON_TYPE).end('<html>'));
  expect(error).toBeInstanceOf(CliError);
  expect(error).not.toBeInstanceOf(UnansweredError);
  expect(String(error)).toContain('answered 200 with something that is no JSON');
});
