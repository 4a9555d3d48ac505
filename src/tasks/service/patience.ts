import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Whether whoever asks would rather hear at once that the database is out of reach than wait for it to be
 * reached for the first time: a client of the API asks again, code that starts does not.
 */
const inHaste = new AsyncLocalStorage<true>();

/** Nothing below `body` waits for the first reach. */
export const withoutWaiting = <T>(body: () => T): T => inHaste.run(true, body);

export const mayWait = (): boolean => inHaste.getStore() === undefined;
