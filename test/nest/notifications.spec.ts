import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Injectable, Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Task } from '../../src/tasks/index.js';
import { TasksService } from '../../src/tasks/service/tasks.service.js';
import {
  TasksNotificationsModule,
  type Message,
  type TasksNotificationsOptions,
} from '../../src/tasks/notifications/index.js';
import { signatureOf } from '../../src/tasks/notifications/request.js';
import { TasksTesting } from '../../src/tasks/testing/tasks-testing.js';
import { TasksTestingModule } from '../../src/tasks/testing/tasks-testing.module.js';

interface Heard {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const NOW = '2026-03-02T12:00:00.000Z';
const KEY = `whsec_${Buffer.from('a shared key of thirty-two bytes').toString('base64')}`;

let receiver: Server;
let url: string;
let heard: Heard[];
/** How the receiver answers, after it has heard. */
let answers: (response: ServerResponse) => void;
let works: boolean;
let app: TestingModule | undefined;
let time: TasksTesting;

beforeEach(async () => {
  heard = [];
  answers = (response) => void response.writeHead(204).end();
  works = false;
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ path: request.url!, headers: request.headers, body });
      answers(response);
    });
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  receiver.closeAllConnections();
  await new Promise((closed) => receiver.close(closed));
  vi.restoreAllMocks();
});

@Injectable()
class Reports {
  @Task('report')
  report(): void {
    if (!works) throw new Error('no paper');
  }
}

async function start(options: Partial<TasksNotificationsOptions>): Promise<void> {
  app = await Test.createTestingModule({
    imports: [
      TasksTestingModule.forRoot({ now: NOW }),
      TasksNotificationsModule.forRoot({ apiUrl: 'https://tasks.test/scheduler/', ...options }),
    ],
    providers: [Reports],
  }).compile();
  await app.init();
  time = app.get(TasksTesting);
  const tasks = app.get(TasksService);
  await tasks.addJob({ id: 'daily', task: 'report', trigger: { type: 'interval', hours: 1 } });
}

const messages = () => heard.map(({ body }) => JSON.parse(body) as Message);
const types = () => messages().map(({ type, data }) => `${type} ${data.kind} ${data.jobId}`);
const hears = (count: number) =>
  vi.waitFor(async () => {
    await time.advance('10s');
    expect(heard.length).toBeGreaterThanOrEqual(count);
  });

describe('a webhook', () => {
  it('is told once that a job fails, with its remedy and where to look, and once that it is over', async () => {
    await start({ webhooks: [{ url: `${url}/hook`, secret: KEY }] });
    await time.advance('1h');
    await hears(1);
    await time.advance('5m');
    expect(types()).toEqual(['problem.opened failing daily']);
    const [opened] = messages();
    expect(opened!.text).toContain('1 job fails: daily. See the last run');
    expect(opened!.data).toMatchObject({
      severity: 'warning',
      since: '2026-03-02T13:00:00.000Z',
      link: 'https://tasks.test/scheduler/jobs/daily',
      recoveredAt: null,
    });
    works = true;
    await time.advance('1h');
    await hears(2);
    expect(types()[1]).toBe('problem.recovered failing daily');
    expect(messages()[1]!.data.id).toBe(opened!.data.id);
  });

  it('can tell that it is ours by the signature, as Standard Webhooks has it', async () => {
    await start({ webhooks: [{ url, secret: KEY, headers: { authorization: 'Bearer x' } }] });
    await time.advance('1h');
    await hears(1);
    const [{ headers, body }] = heard as [Heard];
    const id = headers['webhook-id'] as string;
    const at = headers['webhook-timestamp'] as string;
    expect(headers['webhook-signature']).toBe(signatureOf(KEY, id, at, body));
    expect(signatureOf(KEY, id, at, `${body} `)).not.toBe(headers['webhook-signature']);
    expect(headers.authorization).toBe('Bearer x');
  });

  it('that is down is tried again until it hears, with the same id, and told of in the log once', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    answers = (response) => void response.writeHead(503).end('later');
    await start({ webhooks: [{ name: 'pager', url }] });
    await time.advance('1h');
    await hears(3);
    answers = (response) => void response.writeHead(200).end();
    const before = heard.length;
    await time.advance('10m');
    await hears(before + 1);
    await time.advance('20m');
    expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(heard).toHaveLength(before + 1);
    const told = warn.mock.calls.map(([line]) => String(line)).filter((line) => /pager/.test(line));
    expect(told).toEqual([
      `"pager" cannot be told of a problem: ${new URL(url).host} answered 503. It is tried again.`,
    ]);
  });

  it('that does not answer keeps no other one waiting', async () => {
    answers = () => undefined;
    const told: Message[] = [];
    await start({ webhooks: [{ url }], hooks: { chat: (message) => told.push(message) } });
    await time.advance('1h');
    await vi.waitFor(async () => {
      await time.advance('10s');
      expect(told.map(({ type }) => type)).toEqual(['problem.opened']);
    });
  });

  it('is not followed to where it redirects', async () => {
    answers = (response) => void response.writeHead(307, { location: `${url}/elsewhere` }).end();
    await start({ webhooks: [{ url: `${url}/hook` }] });
    await time.advance('1h');
    await hears(2);
    expect(new Set(heard.map(({ path }) => path))).toEqual(new Set(['/hook']));
  });

  it('is told of a job that has failed so often in a row', async () => {
    await start({ webhooks: [{ url }], failuresInARow: 3 });
    await time.advance('2h');
    await time.advance('5m');
    expect(heard).toEqual([]);
    await time.advance('1h');
    await hears(1);
    expect(types()).toEqual(['problem.opened failing daily']);
  });

  it('is told of what is in its severities only', async () => {
    await start({ webhooks: [{ url }], severities: ['error'] });
    await time.advance('65m');
    await time.advance('1m');
    expect(heard).toEqual([]);
  });
});

describe('a function of the host', () => {
  it('that rejects is called again', async () => {
    let calls = 0;
    const chat = () => (++calls < 3 ? Promise.reject(new Error('away')) : Promise.resolve());
    await start({ hooks: { chat } });
    await time.advance('1h');
    await vi.waitFor(async () => {
      await time.advance('20s');
      expect(calls).toBe(3);
    });
    await time.advance('10m');
    expect(calls).toBe(3);
  });

  it('that hangs is given up, and keeps no other one from being told', async () => {
    const calls: string[] = [];
    const hang = () => {
      calls.push('mail');
      return new Promise(() => undefined);
    };
    await start({ webhooks: [{ url }], hooks: { mail: hang } });
    await time.advance('1h');
    await vi.waitFor(async () => {
      await time.advance('20s');
      expect(calls.length).toBeGreaterThanOrEqual(3);
    });
    works = true;
    await time.advance('1h');
    await hears(2);
    expect(types()).toEqual(['problem.opened failing daily', 'problem.recovered failing daily']);
  });
});

describe('a dead man’s switch', () => {
  it('that is slow is told the newest of each moment, and not of all that was', async () => {
    const slow: ServerResponse[] = [];
    answers = (response) => void slow.push(response);
    await start({ pings: { daily: `${url}/check` } });
    await time.advance('5h');
    await vi.waitFor(() => expect(slow).toHaveLength(1));
    answers = (response) => void response.writeHead(200).end();
    works = true;
    await time.advance('1h');
    slow[0]!.writeHead(200).end();
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard.map(({ path }) => path)).toEqual([
      '/check/start',
      '/check/fail',
      '/check/start',
      '/check',
    ]);
  });

  it('is pinged when a run begins, and by how it ends', async () => {
    await start({ pings: { daily: `${url}/check?rid=7` } });
    await time.advance('1h');
    works = true;
    await time.advance('1h');
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard.map(({ path }) => path)).toEqual([
      '/check/start?rid=7',
      '/check/fail?rid=7',
      '/check/start?rid=7',
      '/check?rid=7',
    ]);
  });

  it('is pinged again where that does not get through, and no longer than thrice', async () => {
    answers = (response) => void response.writeHead(500).end();
    await start({ pings: { daily: { fail: `${url}/fail` } } });
    await time.advance('1h');
    await vi.waitFor(async () => {
      await time.advance('10s');
      expect(heard.length).toBe(3);
    });
    await time.advance('10m');
    expect(heard.map(({ path }) => path)).toEqual(['/fail', '/fail', '/fail']);
  });
});

describe('options that are wrong', () => {
  it.each([
    [{ webhooks: [{ url: 'example.com' }] }, '/webhooks/0/url'],
    [{ webhooks: [{ url: 'ftp://example.com' }] }, '/webhooks/0/url'],
    [{ webhooks: [{ url: 'https://a.test/1' }, { url: 'https://a.test/2' }] }, '/webhooks/1/name'],
    [{ pings: { daily: 'check' } }, '/pings/daily'],
    [{ webhooks: [{ url: 'https://me:secret@a.test' }] }, '/webhooks/0/url'],
    [{ webhooks: [{ url: 'https://a.test', headers: { a: 'b\nc' } }] }, '/webhooks/0/headers'],
    [{ failuresInARow: 11 }, '/failuresInARow'],
  ])('are refused at the start: %j', async (options, pointer) => {
    await expect(start(options)).rejects.toMatchObject({ issues: [{ pointer }] });
  });
});
