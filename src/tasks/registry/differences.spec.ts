import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { describe, expect, it } from 'vitest';
import { declaredJobOf } from './declare-job.js';
import { differences } from './differences.js';
import { stockDeclarationOf } from './stock-declaration.js';
import type { RegisteredTask } from './task-registry.js';

function taskOf(decorate: MethodDecorator, options?: object): RegisteredTask {
  class Host {
    method(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Host.prototype, 'method')!;
  decorate(Host.prototype, 'method', descriptor);
  const stock = stockDeclarationOf(descriptor.value as object)!;
  const job = declaredJobOf({ id: 'a', source: 'Host.method', stock, options, timeZone: 'UTC' });
  return { name: 'a', source: 'Host.method', handler: () => undefined, job, stock };
}

const SKIPPED = 'a fire time that comes while a run goes on is skipped';
const MADE_UP = 'the last fire time that everybody missed is made up for';

describe('what a host is told at its start', () => {
  it.each([
    [taskOf(Cron('0 9 * * *')), [SKIPPED, MADE_UP]],
    [taskOf(Cron('0 9 * * *', { threshold: 250 }), { overlap: 'allow' }), []],
    [taskOf(Interval(1_000)), [SKIPPED, MADE_UP, 'an interval keeps its beat over restarts']],
    [taskOf(Timeout(1_000)), ['@Timeout runs once after each cold start of the cluster']],
  ])('%#', (task, told) => {
    expect(differences([task])).toEqual(told);
  });

  it('is nothing where nothing was scheduled by stock decorators', () => {
    const bare = { name: 'a', source: 'A.b', handler: () => undefined, job: null };
    expect(differences([bare])).toEqual([]);
  });
});
