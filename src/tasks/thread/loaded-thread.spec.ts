import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.js';
import { LoadedThread } from './loaded-thread.js';

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

const ECHO = script(`
  import { parentPort } from 'node:worker_threads';
  parentPort.once('message', (seed) => parentPort.postMessage(seed));`);

let worker: Worker | null = null;
afterEach(() => worker?.terminate());

describe('a thread that is loaded early', () => {
  it('is told by its first message what it is', async () => {
    worker = new LoadedThread(ECHO).take();
    worker.postMessage('a seed');
    expect(await once(worker, 'message')).toEqual(['a seed']);
  });

  it('that has ended before it was needed is followed by another, which tells why', async () => {
    const loaded = new LoadedThread(script(`throw new Error('a package is missing')`));
    await until('its end', () => loaded.hasEnded);
    worker = loaded.take();
    const [error] = (await once(worker, 'error')) as [Error];
    expect(error.message).toBe('a package is missing');
  });

  it('is not used any more once it was dropped', async () => {
    const loaded = new LoadedThread(ECHO);
    loaded.drop();
    worker = loaded.take();
    worker.postMessage('a seed');
    expect(await once(worker, 'message')).toEqual(['a seed']);
  });
});
