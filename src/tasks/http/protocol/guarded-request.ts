import type { IncomingHttpHeaders } from 'node:http';

/** What is looked at of a request, on every server that Nest knows. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As the server's framework tells it, proxies that it was told to trust included. */
  readonly ip?: string;
}
