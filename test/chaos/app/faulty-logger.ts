import { ConsoleLogger } from '@nestjs/common';

/** The host's logger, whose disk is full now and then. */
export class FaultyLogger extends ConsoleLogger {
  private fullUntil = 0;

  breakFor(ms: number): void {
    this.fullUntil = performance.now() + ms;
  }

  protected override printMessages(...line: Parameters<ConsoleLogger['printMessages']>): void {
    if (performance.now() < this.fullUntil) throw new Error('no space left on device');
    super.printMessages(...line);
  }
}
