import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import * as queries from '../api/queries.js';
import type { Run } from '../api/types.js';
import { Empty } from '../parts/empty.js';
import { usePreferences } from '../shell/preferences.js';
import { duration } from '../time/duration.js';
import { useClock } from '../time/use-clock.js';
import { durationChart } from './duration-chart.js';

const RUNS = 100;

/** How long the last runs took, those that failed marked; what is usual beside it. */
export default function Durations({ id }: { readonly id: string }) {
  const { data } = useInfiniteQuery(queries.runs({ job: id, limit: RUNS }));
  const runs = (data?.pages[0]?.items ?? [])
    .filter(({ durationMs, startedAt }) => durationMs !== null && startedAt !== null)
    .toReversed();
  if (data && runs.length < 2) {
    return <Empty title="Not enough runs for a chart yet" />;
  }
  const sizes = runs.map(({ durationMs }) => durationMs!);
  const failures = runs.filter(({ state }) => state !== 'succeeded').length;
  const p50 = duration(percentile(sizes, 0.5));
  const p95 = duration(percentile(sizes, 0.95));
  return (
    <div className="body stack">
      <p className="quiet">
        p50 {p50} · p95 {p95} · {failures} of {runs.length} did not succeed
      </p>
      <Plot runs={runs} label={`Half of the runs took ${p50} or less, and 95 of 100 ${p95}.`} />
    </div>
  );
}

function Plot({ runs, label }: { readonly runs: readonly Run[]; readonly label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const clock = useClock();
  const { theme } = usePreferences();
  const last = runs.at(-1)?.id;
  useEffect(() => {
    const { current } = frame;
    if (!current || last === undefined) return;
    const plot = new uPlot(...durationChart(runs, current, clock), current);
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: current.clientWidth, height: plot.height }),
    );
    watch.observe(current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
    // Which runs they are is told by the last of them.
  }, [last, clock.zone, clock.hour12, theme]);
  return <div ref={frame} className="chart" role="img" aria-label={label} />;
}

/** The value that the share of all values does not exceed; 0 of none. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
