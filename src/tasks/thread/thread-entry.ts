import { parentPort, workerData } from 'node:worker_threads';
import { EngineThread } from './engine-thread.js';
import { Mailbox } from './mailbox.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';

/** What the thread of an engine runs. */
const port = parentPort;
if (port === null) throw new Error('This is the thread of an engine: the library starts it.');
const mailbox = new Mailbox<FromThread>((messages) => port.postMessage(messages));
const thread = new EngineThread(workerData as ThreadSeed, (message) => mailbox.put(message));
port.on('message', (messages: readonly ToThread[]) => {
  for (const message of messages) thread.hear(message);
});
await thread.open();
