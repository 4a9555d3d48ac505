/**
 * A handle like any other, of a timer that never rings: the cluster has the real one.
 *
 * `clearTimeout` and `clearInterval` take the callback from a handle that has one, and leave the rest
 * alone of one that has rung already. So a host that clears it is heard, as it would have been obeyed.
 */
export function handleOf(cleared: () => void): NodeJS.Timeout {
  const timer = setTimeout(() => undefined, 1);
  clearTimeout(timer);
  let callback: (() => void) | null = () => undefined;
  Object.defineProperty(timer, '_onTimeout', {
    get: () => callback,
    set(given: (() => void) | null) {
      if (callback !== null && given === null) cleared();
      callback = given;
    },
  });
  return timer;
}
