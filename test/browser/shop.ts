import { NodeProcess } from '../support/node-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

export interface ShopOptions {
  readonly keys?: string;
  /** Where the page is mounted. */
  readonly at?: string;
}

/** A node of the shop: a real process. */
export class ShopNode {
  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly process: NodeProcess,
  ) {}

  static async start(
    name: string,
    database: TestDatabase,
    { keys = '', at = '/' }: ShopOptions = {},
    port = 0,
  ): Promise<ShopNode> {
    const env = { DATABASE_URL: database.url, NODE_NAME: name, KEYS: keys, AT: at };
    const process = new NodeProcess(name, {
      script: 'test-browser/main.js',
      env: { ...env, PORT: String(port) },
    });
    const line = await process.saying('Listening on');
    const node = new ShopNode(name, /http:\/\/\S+/.exec(line)![0], process);
    if (keys === '') await until('somebody leads', async () => (await node.get('leader')).nodeId);
    return node;
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}/scheduler/${path}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  async send(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}/scheduler/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  }

  kill(): Promise<void> {
    return this.process.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.process.end('SIGTERM');
  }
}

export { createTestDatabase, type TestDatabase };
