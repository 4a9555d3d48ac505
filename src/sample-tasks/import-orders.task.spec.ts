import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskContext } from '../tasks/index.js';
import { ImportOrdersTask } from './import-orders.task.js';
import type { OrderImporter } from './order-importer.js';
import type { Order } from './order.entity.js';
import { SampleTasksOptions } from './sample-tasks.options.js';

const context = {
  fireAt: new Date('2026-11-23T08:00:05Z'),
  signal: new AbortController().signal,
} as TaskContext;

let folder: string;
let stored: Set<string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-orders-'));
  stored = new Set();
});

afterEach(() => rm(folder, { recursive: true }));

function task(): ImportOrdersTask {
  const importer = {
    import: (orders: readonly Order[]) => {
      const before = stored.size;
      for (const { externalId } of orders) stored.add(externalId);
      return Promise.resolve(stored.size - before);
    },
  } as unknown as OrderImporter;
  return new ImportOrdersTask(importer, Object.assign(new SampleTasksOptions(), { folder }));
}

const line = (externalId: string) =>
  JSON.stringify({
    externalId,
    product: 'bell',
    team: 'north',
    amountCents: 990,
    orderedAt: '2026-11-23T08:00:00Z',
  });

describe('importing orders', () => {
  it('makes up the same few orders for each run of a minute while there is no file', async () => {
    await expect(task().import(null, context)).resolves.toEqual({ found: 3, added: 3 });
    await expect(task().import(null, context)).resolves.toEqual({ found: 3, added: 0 });
  });

  it('imports every file of orders and counts none twice', async () => {
    await writeFile(join(folder, 'a.jsonl'), `${line('1')}\n${line('2')}\n`);
    await writeFile(join(folder, 'b.jsonl'), line('2'));
    await writeFile(join(folder, 'notes.txt'), 'not an order');
    await expect(task().import(null, context)).resolves.toEqual({ found: 3, added: 2 });
    expect([...stored]).toEqual(['1', '2']);
  });

  it('fails for a broken file, and says where it is broken', async () => {
    await writeFile(join(folder, 'a.jsonl'), `${line('1')}\n{}`);
    await expect(task().import(null, context)).rejects.toThrow('a.jsonl, line 2: externalId');
  });
});
