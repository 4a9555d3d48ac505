import { Injectable } from '@nestjs/common';
import { NodeStatus, Task, type TaskContext } from 'carillon';
import { record } from './record.js';

const cycle = () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  return loop;
};

const nested = (depth: number) => {
  let inner: unknown = [];
  for (let n = 0; n < depth; n++) inner = [inner];
  return inner;
};

const thrown = (value: unknown): never => {
  throw value;
};

/** What a handler may come to an end with, and no table can hold, or hardly. */
const ENDS: readonly (() => unknown)[] = [
  () => 'a\u0000b',
  () => ({ 'a\u0000b': '\ud800' }),
  () => 10n ** 30n,
  cycle,
  () => nested(20_000),
  () => 'x'.repeat(3_000_000),
  () => ({ toJSON: () => thrown(new Error('not me')) }),
  () => Symbol('none'),
  () => new Date(NaN),
  () => thrown(new Error('with a zero byte: \u0000')),
  () => thrown(undefined),
  () => thrown(cycle()),
  () => thrown(Object.assign(new Error('with a cause'), { cause: cycle() })),
];

export interface Unstorable {
  /** Which of them. */
  readonly n: number;
}

@Injectable()
export class UnstorableTasks {
  constructor(private readonly node: NodeStatus) {}

  @Task('unstorable')
  end({ n }: Unstorable, { logger, progress }: TaskContext<Unstorable>): unknown {
    record(this.node.id, 'start');
    logger.log(`a line \u0000 and half a letter \ud800, number ${n}`);
    progress(50, 'half way \u0000');
    return ENDS[n % ENDS.length]!();
  }
}
