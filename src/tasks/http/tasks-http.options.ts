import type { CanActivate, Type } from '@nestjs/common';
import { SECRET_KEYS } from '../domain/redact.js';
import type { ApiKey, ApiRole } from './api-key.js';

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

  /**
   * Guards of the host, each a class that is found among the host's providers or made, or an instance.
   * They decide instead of keys and sessions, and all of them must let a request in. Default: none.
   */
  guards: readonly (Type<CanActivate> | CanActivate)[] = [];

  /**
   * Who it is that the host's guards have let in, from the request. Null refuses it. Default: somebody
   * named `host` who may do everything, so the guards alone decide.
   */
  caller?: (request: unknown) => { readonly name: string; readonly role: ApiRole } | null;

  /** Seals the cookies of sessions, the same on all nodes. Default: derived from `keys`. */
  sessionSecret?: string;

  /** How long a session lasts, in ms. Default: 12 h. */
  sessionMs = 43_200_000;

  /**
   * Keys whose values viewers do not see in payloads, results, errors, logs and the audit.
   * Default: passwords, tokens, secrets, cookies and the like.
   */
  redact: readonly RegExp[] = SECRET_KEYS;

  /**
   * Whether `openapi.json` and `docs` are served under the prefix, to viewers; with `root` also at the
   * root of the application. Default: true.
   */
  docs: boolean | 'root' = true;

  /** How a key is configured here, for whoever is refused for the lack of one. */
  keyHelp = 'Give TasksHttpModule.forRoot the option keys, or guards of your own.';

  /** How it is opened for development on one machine, for whoever is refused where it is not. */
  openHelp = "For development on this machine only: host: '127.0.0.1' and production: false.";
}
