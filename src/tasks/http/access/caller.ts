import type { ApiRole } from '../api-key.js';

/** Who asks. */
export interface Caller {
  /** Of the key; `anonymous` on the developer's own machine. It stands in the audit. */
  readonly name: string;
  readonly role: ApiRole;
  /** How it was recognised. `host`: by the guards of the host. */
  readonly via: 'key' | 'session' | 'open' | 'host';
}

/** Beside the requests and not on them: nothing that a client sends can be taken for it. */
const callers = new WeakMap<object, Caller>();

export function rememberCaller(request: object, caller: Caller): void {
  callers.set(request, caller);
}

/** Who was let in with this request; undefined on routes that anyone may call. */
export function callerOf(request: object): Caller | undefined {
  return callers.get(request);
}
