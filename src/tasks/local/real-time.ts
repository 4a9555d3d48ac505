/** Kept when the process loads us, before any test can put fake timers in their place. */
const timers = { setTimeout, clearTimeout, setImmediate };

/** Somebody has put fake timers in place of the real ones: no time passes while he waits for us. */
export function isTimeFaked(): boolean {
  return globalThis.setTimeout !== timers.setTimeout;
}

/** Lets everything happen that waits for no time to pass. */
export function aTurn(): Promise<void> {
  return new Promise((resolve) => timers.setImmediate(resolve));
}

/** Resolves with `promise`, or after `ms` milliseconds of real time. */
export async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => {
    timer = timers.setTimeout(resolve, ms);
  });
  await Promise.race([promise, enough]);
  timers.clearTimeout(timer);
}
