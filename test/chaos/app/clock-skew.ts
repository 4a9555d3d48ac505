/**
 * A machine whose clocks are wrong: `CLOCK_SHIFT_MS` moves the wall clock, `CLOCK_RATE` lets the
 * monotonic one go faster or slower. Imported before anything else, so nobody holds the true ones.
 */
const SHIFT_MS = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const RATE = Number(process.env['CLOCK_RATE'] ?? 1);

const TrueDate = Date;
const trueMonotonic = performance.now.bind(performance);

/** For what is written down outside the library. */
export const trueNow = (): Date => new TrueDate();

class ShiftedDate extends TrueDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(TrueDate.now() + SHIFT_MS);
    else super(...(args as unknown as [number, number]));
  }

  static override now(): number {
    return TrueDate.now() + SHIFT_MS;
  }
}

if (SHIFT_MS !== 0) globalThis.Date = ShiftedDate as DateConstructor;
if (RATE !== 1) performance.now = () => trueMonotonic() * RATE;
