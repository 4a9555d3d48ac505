import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { AnswerValidator } from './answer-validator.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const problem = { type: 'urn:x', title: 'X', status: 404, detail: 'x', code: 'x' };

async function complaints(path: string, answer: (response: ServerResponse) => void) {
  const validator = new AnswerValidator();
  const server = createServer((_request, response) => answer(response));
  validator.watch(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await new Promise((closed) => server.close(closed));
  return validator.complaints;
}

it.each<[string, string, (response: ServerResponse) => void, RegExp | null]>([
  [
    'an answer as described',
    '/scheduler/tasks',
    (r) => r.writeHead(200, JSON_TYPE).end('{"items":[]}'),
    null,
  ],
  ['a host of its own', '/other', (r) => r.writeHead(200).end('hello'), null],
  [
    'a field that is missing',
    '/scheduler/tasks',
    (r) => r.writeHead(200, JSON_TYPE).end('{}'),
    /items/,
  ],
  [
    'a field of another type',
    '/scheduler/tasks',
    (r) => r.writeHead(200, JSON_TYPE).end('{"items":7}'),
    /array/,
  ],
  [
    'a status that nobody promised',
    '/scheduler/tasks',
    (r) => r.writeHead(418).end(),
    /not described/,
  ],
  [
    'another type of body',
    '/scheduler/tasks',
    (r) => r.writeHead(200).end('{"items":[]}'),
    /application\/json/,
  ],
  [
    'a refusal that is no problem',
    '/scheduler/none',
    (r) => r.writeHead(404, JSON_TYPE).end(JSON.stringify(problem)),
    /problem/,
  ],
  [
    'an answer where there is nothing',
    '/scheduler/none',
    (r) => r.writeHead(200).end(),
    /no such operation/,
  ],
])('between client and server %s is seen', async (_, path, answer, expected) => {
  const found = await complaints(path, answer);
  if (expected === null) expect(found).toEqual([]);
  else expect(found.join()).toMatch(expected);
});
