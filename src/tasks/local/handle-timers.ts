import type { SchedulerRegistry } from '@nestjs/schedule';
import type { JobRow } from '../store/memory/rows.js';
import type { LocalGate } from './local-gate.js';
import type { LocalTimer } from './local-timer.js';
import { after, every } from './native-timers.js';

/**
 * Timers whose handle the host holds, as `@nestjs/schedule` gives it out. They ring also while their job
 * is paused: then nothing of it is due, and the gate lets nothing pass.
 */
export function intervalTimer(
  { id, trigger }: JobRow,
  ms: number,
  gate: LocalGate,
  scheduler: SchedulerRegistry,
): LocalTimer {
  const handle = every(ms, () => void gate.ring(id));
  scheduler.addInterval(id, handle);
  return {
    follow: (job) => job.trigger === trigger,
    end() {
      clearInterval(handle);
      if (scheduler.doesExist('interval', id)) scheduler.deleteInterval(id);
    },
  };
}

export function timeoutTimer(
  { id, trigger }: JobRow,
  ms: number,
  gate: LocalGate,
  scheduler: SchedulerRegistry,
): LocalTimer {
  const handle = after(ms, () => void gate.ring(id));
  // It stays there once it has rung, as it always has.
  scheduler.addTimeout(id, handle);
  return {
    follow: (job) => job.trigger === trigger,
    end() {
      clearTimeout(handle);
      if (scheduler.doesExist('timeout', id)) scheduler.deleteTimeout(id);
    },
  };
}
