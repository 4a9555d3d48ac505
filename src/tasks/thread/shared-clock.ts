/** Milliseconds on a steady clock that all threads of a process share: `performance.now()` begins anew in each. */
export function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread for so many ms, to a tenth or so. Only for a part of one, and never on the main thread. */
export function waitOut(ms: number): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, ms);
}
