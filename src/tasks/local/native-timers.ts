/** Node clamps longer timers to one millisecond, so a month would pass a thousand times a second. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * `setInterval` for any period. A period that no timer can wait for is cut into equal parts, and the
 * handle is that of one timer all the same, so that `clearInterval` ends it.
 *
 * The timers are looked up at each call: a test may have put fake ones in their place.
 */
export function every(ms: number, tick: () => void): NodeJS.Timeout {
  const parts = Math.max(1, Math.ceil(ms / MAX_TIMER_MS));
  if (parts === 1) return setInterval(tick, ms);
  let part = 0;
  return setInterval(
    () => {
      part = (part + 1) % parts;
      if (part === 0) tick();
    },
    Math.ceil(ms / parts),
  );
}

/** `setTimeout` for any delay, with one handle that `clearTimeout` takes. */
export function after(ms: number, then: () => void): NodeJS.Timeout {
  if (ms <= MAX_TIMER_MS) return setTimeout(then, ms);
  const timer = every(ms, () => {
    clearInterval(timer);
    then();
  });
  return timer;
}
