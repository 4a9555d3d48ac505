import { useSyncExternalStore } from 'react';
import { API } from './client.js';
import { client } from './query-client.js';
import { hearRun } from './failures.js';
import { changed, everything } from './freshness.js';

/**
 * How the page learns of changes.
 *
 *   live ──the stream fails three times──▶ polling ──a stream opens──▶ live
 *    │  any, while the network is away ──▶ offline
 *    └─ hidden for a minute, or switched off ──▶ paused
 */
export type Liveness = 'connecting' | 'live' | 'polling' | 'paused' | 'offline';

const KINDS = ['job', 'run', 'cluster', 'leader', 'node'] as const;
const POLL_MS = 5_000;
const RETRY_MS = 2_000;
const RETRY_WHILE_POLLING_MS = 5_000;
const HIDDEN_MS = 60_000;
const MOST_FAILURES = 3;

let liveness: Liveness = 'connecting';
let source: EventSource | null = null;
let failures = 0;
let polling: ReturnType<typeof setInterval> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let hiding: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function become(next: Liveness): void {
  if (liveness === next) return;
  liveness = next;
  for (const tell of listeners) tell();
}

export function useLiveness(): Liveness {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => liveness,
  );
}

/** Begins to listen, or begins again. */
export function goLive(): void {
  stop();
  failures = 0;
  become('connecting');
  open();
}

export function pauseLive(): void {
  stop();
  become('paused');
}

function open(): void {
  const stream = new EventSource(new URL('events', API));
  source = stream;
  stream.onopen = () => {
    const missedSome = failures > 0 || liveness !== 'connecting';
    failures = 0;
    clearInterval(polling);
    polling = undefined;
    become('live');
    if (missedSome) everything();
  };
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event: MessageEvent<string>) => {
      const data = JSON.parse(event.data) as { jobId?: string; runId?: string; state?: string };
      changed(kind, data);
      if (kind === 'run') hearRun(data);
    });
  }
  stream.addEventListener('reset', everything);
  stream.onerror = () => {
    stream.close();
    if (source !== stream) return;
    source = null;
    failures += 1;
    if (failures >= MOST_FAILURES) poll();
    else become('connecting');
    const wait = failures >= MOST_FAILURES ? RETRY_WHILE_POLLING_MS : RETRY_MS;
    retry = setTimeout(open, wait);
  };
}

function poll(): void {
  become(navigator.onLine ? 'polling' : 'offline');
  polling ??= setInterval(() => {
    become(navigator.onLine ? 'polling' : 'offline');
    void client.invalidateQueries();
  }, POLL_MS);
}

function stop(): void {
  source?.close();
  source = null;
  clearTimeout(retry);
  clearInterval(polling);
  polling = undefined;
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) {
    if (liveness !== 'paused') hiding = setTimeout(pauseHidden, HIDDEN_MS);
  } else if (hiddenPause) {
    hiddenPause = false;
    goLive();
    everything();
  }
});

let hiddenPause = false;
function pauseHidden(): void {
  hiddenPause = true;
  pauseLive();
}
