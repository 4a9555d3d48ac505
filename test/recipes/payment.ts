import { Payments } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Task, TasksService, type TaskContext } from 'carillon';

interface Charge {
  readonly invoice: string;
  readonly amount: number;
}

@Injectable()
export class Charging {
  constructor(
    private readonly tasks: TasksService,
    private readonly payments: Payments,
  ) {}

  async chargeAt(at: Date, charge: Charge): Promise<void> {
    await this.tasks.addJob({
      id: `charge-${charge.invoice}`,
      task: 'charge',
      payload: charge,
      trigger: { type: 'date', at: at.toISOString() },
      timeoutMs: 30_000,
      retry: { maxAttempts: 5, delayMs: 2_000 },
      onCrash: 'rerun',
    });
  }

  @Task('charge')
  async charge({ amount }: Charge, { runId }: TaskContext): Promise<void> {
    // All attempts of a run have its id, also that of another node after a crash.
    await this.payments.charge(amount, { key: `run-${runId}` });
  }
}
// end
