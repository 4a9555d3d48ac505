/** What hosts do with the registry while they run, in the original and in both of our modes. */
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OURS, WORLDS, type Host } from './worlds.js';

const calls: string[] = [];
let host: Host | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
  calls.length = 0;
  vi.restoreAllMocks();
});

@Injectable()
class Clocks {
  @Cron('* * * * * *', { name: 'second', utcOffset: 0 })
  second(): void {
    calls.push('second');
  }

  @Interval('often', 1_000)
  often(): void {
    calls.push('often');
  }

  @Timeout('once', 5_000)
  once(): void {
    calls.push('once');
  }
}

const count = (name: string) => calls.filter((call) => call === name).length;
const everyMinute = (onTick: () => void | Promise<void>, more: object = {}) =>
  CronJob.from({ cronTime: '0 * * * * *', onTick, utcOffset: 0, ...more });

describe.each(WORLDS)('in $title', (world) => {
  it('a job that is deleted and added again fires at its new time, with its new callback', async () => {
    host = await world.start({ providers: [Clocks] });
    await host.advance(2_000);
    host.registry.deleteCronJob('second');
    const job = everyMinute(() => void calls.push('minute'));
    host.registry.addCronJob('second', job);
    job.start();
    calls.length = 0;
    await host.advance(180_000);
    expect([count('second'), count('minute')]).toEqual([0, 3]);
    expect(host.registry.getCronJob('second').isActive).toBe(true);
  });

  it.each([
    ['interval', 'often', 'clearInterval'],
    ['timeout', 'once', 'clearTimeout'],
  ] as const)('a handle of an %s that is cleared ends its timer', async (kind, name, clear) => {
    host = await world.start({ providers: [Clocks] });
    await host.advance(1_000);
    calls.length = 0;
    const { registry } = host;
    const handle: unknown =
      kind === 'interval' ? registry.getInterval(name) : registry.getTimeout(name);
    globalThis[clear](handle as NodeJS.Timeout);
    await host.advance(10_000);
    expect(count(name)).toBe(0);
    expect(count('second')).toBe(10);
  });

  it('the registry has the jobs when a host bootstraps', async () => {
    @Injectable()
    class Starter implements OnApplicationBootstrap {
      constructor(@Inject(SchedulerRegistry) private readonly registry: SchedulerRegistry) {}

      onApplicationBootstrap(): void {
        this.registry.getCronJob('second');
        this.registry.getInterval('often');
        this.registry.getTimeout('once');
        calls.push('all there');
      }
    }
    host = await world.start({ providers: [Clocks, Starter] });
    expect(calls).toEqual(['all there']);
  });

  it('onComplete is called when a job is stopped, and not before', async () => {
    host = await world.start({});
    const onComplete = () => void calls.push('complete');
    const job = everyMinute(() => void calls.push('tick'), { onComplete, start: true });
    host.registry.addCronJob('dynamic', job);
    await host.advance(61_000);
    expect(calls).toEqual(['tick']);
    await job.stop();
    expect(calls).toEqual(['tick', 'complete']);
  });

  it('a job that a host holds on to goes on telling when it ran last', async () => {
    host = await world.start({ providers: [Clocks] });
    const job = host.registry.getCronJob('second');
    await host.advance(3_000);
    const before = job.lastDate();
    await host.advance(3_000);
    job.lastDate();
    await host.advance(1_000);
    expect(job.lastDate()!.getTime() - (before?.getTime() ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  it('stop() of a job with waitForCompletion resolves when its handler has ended', async () => {
    host = await world.start({});
    let end = (): void => undefined;
    const onTick = async () => {
      await new Promise<void>((resolve) => (end = resolve));
      calls.push('ended');
    };
    const job = everyMinute(onTick, { waitForCompletion: true, start: true });
    host.registry.addCronJob('slow', job);
    const passed = host.advance(60_000);
    await vi.waitFor(() => expect(job.isCallbackRunning).toBe(true));
    const stopped = Promise.resolve(job.stop()).then(() => void calls.push('stopped'));
    end();
    await passed;
    await host.advance(1_000);
    await stopped;
    expect(calls).toEqual(['ended', 'stopped']);
  });

  it('three hundred jobs are added at once', async () => {
    host = await world.start({});
    for (let n = 0; n < 300; n++) {
      const job = everyMinute(() => void calls.push(`reminder ${n}`), { start: true });
      host.registry.addCronJob(`reminder ${n}`, job);
    }
    await host.advance(60_000);
    expect(new Set(calls).size).toBe(300);
  });
});

describe.each(OURS)('in $title', (world) => {
  it('timers that would have rung before the host was ready begin then', async () => {
    @Injectable()
    class Slow implements OnApplicationBootstrap {
      async onApplicationBootstrap(): Promise<void> {
        if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(10_000);
        calls.push('ready');
      }
    }
    host = await world.start({ providers: [Clocks, Slow] });
    await host.advance(1_000);
    expect(calls[0]).toBe('ready');
    expect(count('second')).toBe(1);
  });
});

it('in a cluster, the first stop by code says whom it stops, and the remedy', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  host = await OURS[1]!.start({ providers: [Clocks] });
  await host.registry.getCronJob('second').stop();
  host.registry.deleteInterval('often');
  await host.advance(1_000);
  const said = warn.mock.calls.map(([line]) => String(line));
  expect(said.filter((line) => line.includes('whole cluster'))).toHaveLength(1);
  expect(said.join()).toMatch(/"second".*"disabled".*roles/s);
});
