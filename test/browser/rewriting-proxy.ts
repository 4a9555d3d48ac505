import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that takes a prefix away before it passes a request on, and says nothing of itself. */
export async function rewritingProxy(prefix: string, target: string): Promise<Server> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => {
    const { url = '/', method, headers } = incoming;
    if (!url.startsWith(prefix)) return void answer.writeHead(404).end();
    const path = url.slice(prefix.length) || '/';
    const onward = request({ hostname, port, path, method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;
