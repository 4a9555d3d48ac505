import type { StockKind } from './decorator-contract.js';
import type { ScheduleModuleOptions } from './stock-explorer.js';

/** Which decorators count on this node: the options of `ScheduleModule`, under their own names. */
export class ScheduleSwitches {
  /** Whether `@Cron` methods become jobs. Default: true. */
  cronJobs = true;
  /** Whether `@Interval` methods become jobs. Default: true. */
  intervals = true;
  /** Whether `@Timeout` methods become jobs. Default: true. */
  timeouts = true;

  constructor({ cronJobs, intervals, timeouts }: ScheduleModuleOptions = {}) {
    this.narrow({ cronJobs, intervals, timeouts });
  }

  /** Turns off what these options turn off as well. */
  narrow(by: { [Name in keyof ScheduleModuleOptions]: boolean | undefined }): void {
    this.cronJobs &&= by.cronJobs ?? true;
    this.intervals &&= by.intervals ?? true;
    this.timeouts &&= by.timeouts ?? true;
  }

  allow(kind: StockKind): boolean {
    return { cron: this.cronJobs, interval: this.intervals, timeout: this.timeouts }[kind];
  }
}
