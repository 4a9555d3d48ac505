import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Mailer } from './mailer.js';
import { NewsletterModule } from './newsletter.module.js';
import { NewsletterService } from './newsletter.service.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('NewsletterService', () => {
  let app: TestingModule;
  let service: NewsletterService;
  let registry: SchedulerRegistry;
  const send = vi.fn<Mailer['send']>();

  beforeEach(async () => {
    // A Monday, 08:00 in Berlin.
    vi.useFakeTimers({ now: new Date('2026-03-02T07:00:00.000Z') });
    send.mockReset().mockResolvedValue(1);
    app = await Test.createTestingModule({ imports: [NewsletterModule] })
      .overrideProvider(Mailer)
      .useValue({ send })
      .compile();
    await app.init();
    service = app.get(NewsletterService);
    registry = app.get(SchedulerRegistry);
  });

  afterEach(async () => {
    await app.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('can be called like any other service', async () => {
    await service.sendDigest();
    expect(service.sent).toBe(1);
  });

  it('sends the digest at nine in Berlin', async () => {
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
    expect(send).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(send).toHaveBeenCalledExactlyOnceWith('ada@example.org', 'Your digest');
    expect(service.sent).toBe(1);
  });

  it('sends it five times a week', async () => {
    await vi.advanceTimersByTimeAsync(7 * 24 * HOUR_MS);
    expect(service.sent).toBe(5);
  });

  it('goes on after the mail server has refused', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    send.mockRejectedValueOnce(new Error('greylisted'));
    await vi.advanceTimersByTimeAsync(25 * HOUR_MS);
    expect(error).toHaveBeenCalledOnce();
    expect(service.sent).toBe(1);
  });

  it('removes those whose mails bounced', () => {
    service.bounce('ada@example.org');
    vi.advanceTimersByTime(9_999);
    expect(service.subscribers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(service.subscribers).toHaveLength(0);
  });

  it('is warm after two seconds', () => {
    expect(service.warm).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(service.warm).toBe(true);
  });

  it('reports only when somebody wants it', async () => {
    await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
    expect(send).not.toHaveBeenCalled();
    await registry.getCronJob('report').fireOnTick();
    expect(send).toHaveBeenCalledWith('boss@example.org', '1 subscribers');
  });

  it('tells when the next digest goes out', () => {
    const job = registry.getCronJob('digest');
    expect(job.nextDate().toISO()).toBe('2026-03-02T09:00:00.000+01:00');
    expect(job.nextDates(2).map((date) => date.toJSDate().toISOString())).toEqual([
      '2026-03-02T08:00:00.000Z',
      '2026-03-03T08:00:00.000Z',
    ]);
  });

  it('sends nothing while it is on holiday', async () => {
    service.holiday(true);
    await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
    expect(service.sent).toBe(0);
    service.holiday(false);
    await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
    expect(service.sent).toBe(1);
  });

  it('reminds whoever has asked for it', () => {
    service.remind('ada', '*/5 * * * *');
    vi.advanceTimersByTime(15 * MINUTE_MS);
    expect(send).toHaveBeenCalledTimes(3);
    service.forget('ada');
    vi.advanceTimersByTime(15 * MINUTE_MS);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('leaves no timer behind', async () => {
    service.remind('ada', '*/5 * * * *');
    await app.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
