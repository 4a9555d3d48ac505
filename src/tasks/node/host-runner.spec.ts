import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { aDeclaration } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import { HostRunner } from './host-runner.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { TasksDatabase } from '../store/postgres/tasks-database.js';
import { TasksOptions } from '../tasks.options.js';
import { FakeClock } from '../testing/fake-clock.js';

function hostRunner(declared: Parameters<typeof aDeclaration>[1], find: () => DataSource) {
  const registry = new TaskRegistry();
  const job = aDeclaration('import', declared);
  registry.register({ name: 'import', source: 'import', handler: () => undefined, job });
  const clock = new FakeClock();
  const runner = new HostRunner({
    options: new TasksOptions(),
    registry,
    node: { id: 'n1' },
    database: new TasksDatabase(new DataSource({ type: 'postgres' })),
    shift: new ClockShift(),
    clock,
    log: recordedLog(),
    find,
  });
  return { runner, clock };
}

const nothing = () => {
  throw new Error('Nest could not find it');
};

describe('a node that begins', () => {
  it('needs no database of the host for ordinary jobs', async () => {
    await expect(hostRunner({}, nothing).runner.check()).resolves.toBeUndefined();
  });

  it('says what is missing for a transactional one', async () => {
    await expect(hostRunner({ transactional: true }, nothing).runner.check()).rejects.toThrow(
      'Runs cannot be transactional: the application has no DataSource. Import TypeOrmModule',
    );
  });

  it('says that the database of the host is not connected yet', async () => {
    const { runner } = hostRunner(
      { transactional: true },
      () => new DataSource({ type: 'postgres' }),
    );
    await expect(runner.check()).rejects.toThrow('the DataSource of the host is not connected');
  });

  it('leaves nothing behind when it has stopped', async () => {
    const { runner, clock } = hostRunner({}, nothing);
    runner.start(true);
    await clock.advance(5_000);
    await runner.stop(1_000);
    expect(clock.sleeping).toBe(0);
  });
});
