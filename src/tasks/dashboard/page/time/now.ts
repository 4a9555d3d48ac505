import { useSyncExternalStore } from 'react';

/** How far the server's clock is ahead of this browser's, in ms. */
let ahead = 0;

/** @param now the server's, from an answer that has just come */
export function setServerTime(now: string | null | undefined): void {
  if (now) ahead = Date.parse(now) - performance.timeOrigin - performance.now();
}

/** What time it is by the server's clock: a browser's may be wrong. */
export const serverNow = (): number => performance.timeOrigin + performance.now() + ahead;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(serverNow() / 1_000);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    second = Math.floor(serverNow() / 1_000);
    for (const tell of listeners) tell();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** What is told of now, anew only when it is told otherwise: most of it changes once a minute. */
export const useTold = (told: (now: number) => string): string =>
  useSyncExternalStore(listen, () => told(second * 1_000));

/** Now, anew each second. */
export const useNow = (): number => useSyncExternalStore(listen, () => second) * 1_000;
