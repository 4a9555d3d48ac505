import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachedRunner } from '../../../test/support/attached-runner.js';
import { tellWorkingNow, workingNow } from './working-now.js';

let server: Server;
let seen: (string | null)[];

beforeAll(async () => {
  tellWorkingNow();
  server = createServer((request, response) => {
    seen.push(workingNow());
    setImmediate(() => {
      seen.push(workingNow());
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(() => new Promise((closed) => server.close(closed)));

const ask = (path: string) =>
  new Promise((answered) => {
    const { port } = server.address() as AddressInfo;
    get({ port, path, agent: false }, (response) => response.resume().on('end', answered));
  });

describe('what the main thread works at', () => {
  it('is a request, named without what it asks with, here and in what it waits for', async () => {
    seen = [];
    await ask('/export?key=secret');
    await ask('/other');
    expect(seen).toEqual([
      'the request GET /export',
      'the request GET /export',
      'the request GET /other',
      'the request GET /other',
    ]);
  });

  it('is a run, whatever else goes on', async () => {
    let within: string | null = null;
    const { start } = attachedRunner(async () => {
      await Promise.resolve();
      within = workingNow();
    });
    await start();
    expect(within).toBe('the task Reports.daily (job "daily-report", run 1)');
  });

  it('is neither, where no one asked for it', () => {
    expect(workingNow()).toBeNull();
  });
});
