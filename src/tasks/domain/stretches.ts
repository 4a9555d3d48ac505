/** A time that the cluster was paused; `to` is null while it still is. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date | null;
}

/** From the first instant on, up to the second one and without it. */
export interface HalfOpen {
  readonly from: Date;
  readonly until: Date;
}

/** [planned, now] cut at the pauses, as half-open stretches in order. */
export function* stretches(
  planned: Date,
  now: Date,
  pauses: readonly Stretch[],
): Generator<HalfOpen & { paused: boolean }> {
  const end = new Date(now.getTime() + 1);
  let at = planned;
  for (const pause of pauses) {
    const from = pause.from < at ? at : pause.from;
    const until = pause.to === null || pause.to > end ? end : pause.to;
    if (until <= at || from >= end) continue;
    if (from > at) yield { from: at, until: from, paused: false };
    yield { from, until, paused: true };
    at = until;
  }
  if (at < end) yield { from: at, until: end, paused: false };
}
