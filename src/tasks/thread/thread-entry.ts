import { parentPort, workerData } from 'node:worker_threads';
import { EngineThread } from './engine-thread.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';

/** What the thread of an engine runs. */
const port = parentPort;
if (port === null) throw new Error('This is the thread of an engine: the library starts it.');
const thread = new EngineThread(workerData as ThreadSeed, (message: FromThread) =>
  port.postMessage(message),
);
port.on('message', (message: ToThread) => thread.hear(message));
await thread.open();
