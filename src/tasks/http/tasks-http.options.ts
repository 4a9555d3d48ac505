import type { ApiKey } from './api-key.js';

/** How the API is served. The defaults keep it closed. */
export class TasksHttpOptions {
  /** Where the routes begin. Default: `/scheduler`. */
  prefix = '/scheduler';

  /** Keys that open the API. Default: none. */
  keys: readonly ApiKey[] = [];

  /**
   * The address the server listens on. Without any key, requests are answered only on a loopback
   * address and outside production. Default: unknown, so a key is needed.
   */
  host = '';

  /** Whether this is production, where a key is always needed. Default: true. */
  production = true;
}
