import { Cron, ScheduleExplorer } from '@nestjs/schedule';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { instrumentedHandler } from './instrumented-handler.js';
import type { TaskContext } from './task-context.js';

class Reports {
  calls: unknown[][] = [];

  @Cron('* * * * *', { name: 'daily' })
  async daily(...args: unknown[]): Promise<unknown> {
    this.calls.push(args);
    if (args[0] === 'bad') throw new Error('no such team');
    return Promise.resolve(`report of ${String(args[0])}`);
  }
}

type Wrapper = (method: (...args: unknown[]) => unknown, instance: object) => unknown;
const prototype = ScheduleExplorer.prototype as unknown as Record<string, Wrapper | undefined>;
const stockWrapper = prototype['wrapFunctionInTryCatchBlocks'];
const context = { runId: '1' } as TaskContext;

const handlerOf = (reports: Reports, takesArguments = true) => {
  const method = Reflect.get(reports, 'daily') as object;
  return instrumentedHandler({ instance: reports, key: 'daily', method, takesArguments });
};

afterEach(() => {
  prototype['wrapFunctionInTryCatchBlocks'] = stockWrapper;
});

describe('a handler', () => {
  it('calls the method with the payload and the context, and nothing else', async () => {
    const reports = new Reports();
    await expect(handlerOf(reports)('sales', context)).resolves.toBe('report of sales');
    expect(reports.calls).toEqual([['sales', context]]);
  });

  it('calls a method that knows nothing of us with no arguments at all', async () => {
    const reports = new Reports();
    await handlerOf(reports, false)('sales', context);
    expect(reports.calls).toEqual([[]]);
  });

  it('rejects with what the method threw, and leaves logging to us', async () => {
    const written = vi.spyOn(process.stderr, 'write');
    await expect(handlerOf(new Reports())('bad', context)).rejects.toThrow('no such team');
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  it('keeps the outcomes of runs apart that go on at once', async () => {
    const handler = handlerOf(new Reports());
    const runs = ['sales', 'bad', 'stock'].map((team) => handler(team, context));
    expect((await Promise.allSettled(runs)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('calls the method that stands on the instance at the time of the run', async () => {
    const reports = new Reports();
    const handler = handlerOf(reports);
    vi.spyOn(reports, 'daily').mockResolvedValue('mocked');
    await expect(handler('sales', context)).resolves.toBe('mocked');
  });
});

describe('a monitoring agent that patches the stock wrapper', () => {
  it('sees the run under its name and metadata, with the error', async () => {
    const seen: unknown[] = [];
    prototype['wrapFunctionInTryCatchBlocks'] = function (method, instance) {
      const name = Reflect.getMetadata('SCHEDULER_NAME', method) as string;
      const traced = async (...args: unknown[]) => {
        try {
          return await method.apply(instance, args);
        } catch (error) {
          seen.push([name, method.name, (error as Error).message]);
          throw error;
        }
      };
      return stockWrapper?.call(this, traced, instance);
    };
    await expect(handlerOf(new Reports())('bad', context)).rejects.toThrow('no such team');
    expect(seen).toEqual([['daily', 'daily', 'no such team']]);
  });

  it('is named when it loses the outcome', async () => {
    prototype['wrapFunctionInTryCatchBlocks'] = () => () => Promise.resolve();
    await expect(handlerOf(new Reports())('sales', context)).rejects.toThrow(
      'The outcome of "daily" got lost',
    );
  });

  it('is not needed: without the wrapper the method is called as it is', async () => {
    prototype['wrapFunctionInTryCatchBlocks'] = undefined;
    await expect(handlerOf(new Reports())('sales', context)).resolves.toBe('report of sales');
  });
});
