import { context, trace } from '@opentelemetry/api';
import { Injectable, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppLogger } from '../../src/app-logger.js';
import { runFields, Task, TasksService, type TaskContext } from '../../src/tasks/index.js';
import { TasksTesting } from '../../src/tasks/testing/tasks-testing.js';
import { TasksTestingModule } from '../../src/tasks/testing/tasks-testing.module.js';
import { RecordedSpans } from '../support/recorded-spans.js';

/** What a host's own service writes, somewhere below a handler. */
class KeptLines extends AppLogger {
  readonly lines: Record<string, unknown>[] = [];

  protected override printAsJson(
    message: unknown,
    options: Parameters<AppLogger['getJsonLogObject']>[1],
  ) {
    this.lines.push(this.getJsonLogObject(message, options));
  }
}

let fields: ReturnType<typeof runFields>[];
const logger = new Logger('Reports');

@Injectable()
class Reports {
  @Task('report')
  async report(_: unknown, { attempt }: TaskContext) {
    await Promise.resolve();
    logger.log('half of it is done');
    fields.push(runFields());
    if (attempt === 1) throw new TypeError('no paper');
  }
}

const recorded = new RecordedSpans();

async function start() {
  const imports = [TasksTestingModule.forRoot()];
  const app = await Test.createTestingModule({ imports, providers: [Reports] }).compile();
  const kept = new KeptLines({ format: 'json', level: 'info' });
  app.useLogger(kept);
  await app.init();
  await app.get(TasksTesting).ready();
  const job = { id: 'daily', task: 'report', retry: { maxAttempts: 2 } };
  const trigger = { type: 'interval', hours: 9 } as const;
  await app.get(TasksService).addJob({ ...job, trigger });
  return { app, kept };
}

beforeEach(() => {
  fields = [];
});
afterEach(() => recorded.end());

describe('a run in a trace', () => {
  it('is a span of its own for each attempt, linked to the request and to the attempt before', async () => {
    recorded.begin();
    const { app, kept } = await start();
    const request = trace.getTracer('host').startSpan('POST /report');
    const asked = trace.setSpan(context.active(), request);
    await context.with(asked, () => app.get(TasksService).runJob('daily'));
    await app.get(TasksTesting).advance('1h');
    const [, first, second] = recorded.spans;
    expect(first).toMatchObject({
      name: 'scheduler.run report',
      isRoot: true,
      ended: true,
      links: [{ traceId: request.spanContext().traceId, isRemote: true }],
      exceptions: ['no paper'],
      status: { message: 'no paper' },
      attributes: {
        'scheduler.job.id': 'daily',
        'scheduler.run.attempt': 1,
        'scheduler.run.cause': 'manual',
        'scheduler.run.outcome': 'retried',
        'code.function.name': 'Reports.report',
        'error.type': 'TypeError',
      },
    });
    expect(second!.links.map(({ spanId }) => spanId)).toEqual([
      first!.spanId,
      request.spanContext().spanId,
    ]);
    expect(second!.attributes).toMatchObject({ 'scheduler.run.outcome': 'succeeded' });
    const ids = { jobId: 'daily', runId: first!.attributes['scheduler.run.id'] };
    expect(fields).toEqual([
      { ...ids, attempt: 1, traceId: first!.traceId, spanId: first!.spanId },
      { ...ids, attempt: 2, traceId: second!.traceId, spanId: second!.spanId },
    ]);
    const lines = kept.lines.filter(({ message }) => message === 'half of it is done');
    expect(lines).toMatchObject(fields);
    await app.close();
  });
});

describe('a line of a handler', () => {
  it('names its run where nothing is traced, and none outside of a run', async () => {
    const { app, kept } = await start();
    const { id } = await app.get(TasksService).runJob('daily');
    await app.get(TasksTesting).advance('1h');
    const lines = kept.lines.filter(({ message }) => message === 'half of it is done');
    expect(lines).toMatchObject([
      { jobId: 'daily', runId: id, attempt: 1, context: 'Reports' },
      { jobId: 'daily', runId: id, attempt: 2 },
    ]);
    expect(lines[0]).not.toHaveProperty('traceId');
    expect(runFields()).toEqual({});
    await app.close();
  });
});
