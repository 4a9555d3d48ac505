import { setTimeout as sleep } from 'node:timers/promises';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { TasksModuleOptions, TasksService } from 'carillon';
import { DataSource } from 'typeorm';
import { Account, Bank, CommitPlaces, Transfer } from './bank.js';
import { TransferTasks } from './transfer-tasks.js';

/** A host that has a database of its own entities, on the same server, and waits for it as long as it takes. */
export function hostDatabase({ databaseUrl, concurrency = 10 }: TasksModuleOptions) {
  return {
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        ...(databaseUrl === undefined ? {} : { url: databaseUrl }),
        entities: [Account, Transfer],
        poolSize: concurrency,
        retryAttempts: 10_000,
        retryDelay: 200,
      }),
      TypeOrmModule.forFeature([Account, Transfer]),
    ],
    providers: [TransferTasks, Bank, CommitPlaces],
  };
}

/** A transaction of the host that asks for the end of a run, sits on that, and thinks better of it. */
export async function holdCancelled(
  tasks: TasksService,
  { databaseUrl }: TasksModuleOptions,
  { runId, ms }: { readonly runId: string; readonly ms: number },
): Promise<void> {
  const host = new DataSource({ type: 'postgres', ...(databaseUrl && { url: databaseUrl }) });
  await host.initialize();
  const runner = host.createQueryRunner();
  try {
    await runner.startTransaction();
    await tasks.cancelRun(runId, { manager: runner.manager });
    await sleep(ms);
    await runner.rollbackTransaction();
  } finally {
    await runner.release().catch(() => undefined);
    await host.destroy();
  }
}
