import { WAKE_UPS, WakeUps, type WakeUp } from '../../wake-ups.js';
import type { MemoryDatabase } from '../database.js';

export class MemoryWakeUps extends WakeUps {
  private end: (() => void) | null = null;

  constructor(
    private readonly database: MemoryDatabase,
    readonly canHear: boolean,
  ) {
    super();
  }

  listen(heard: (wakeUp: WakeUp) => void): void {
    if (!this.canHear || this.end) return;
    this.end = this.database.listen(heard);
    for (const wakeUp of WAKE_UPS) heard(wakeUp);
  }

  async close(): Promise<void> {
    this.end?.();
    this.end = null;
  }
}
