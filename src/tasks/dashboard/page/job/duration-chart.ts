import type uPlot from 'uplot';
import type { Run } from '../api/types.js';
import { duration } from '../time/duration.js';
import { written, type Clockface } from '../time/instant.js';

const HEIGHT = 190;

/** What uPlot is told to draw: a line of what succeeded, and points of what did not. */
export function durationChart(
  runs: readonly Run[],
  frame: HTMLElement,
  clock: Clockface,
): [uPlot.Options, uPlot.AlignedData] {
  const style = getComputedStyle(frame);
  // A canvas knows nothing of light-dark(): the colour is asked for as it comes out.
  const colour = (name: string) => {
    frame.style.setProperty('color', `var(${name})`);
    const { color } = style;
    frame.style.removeProperty('color');
    return color;
  };
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px sans-serif',
  };
  const options: uPlot.Options = {
    width: frame.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 7 }, y: false },
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, max * 1.15 || 1] } },
    axes: [
      {
        ...axis,
        values: (_plot, at) => at.map((second) => written(second * 1_000, 'minute', clock)),
      },
      { ...axis, size: 76, values: (_plot, ms) => ms.map((size) => duration(size)) },
    ],
    series: [
      {},
      {
        stroke: colour('--good'),
        width: 1.5,
        points: { show: true, size: 5, fill: colour('--good') },
      },
      { stroke: 'transparent', points: { show: true, size: 9, fill: colour('--bad') } },
    ],
  };
  const well = ({ state }: Run) => state === 'succeeded';
  return [
    options,
    [
      runs.map(({ startedAt }) => Date.parse(startedAt!) / 1_000),
      runs.map((run) => (well(run) ? run.durationMs : null)),
      runs.map((run) => (well(run) ? null : run.durationMs)),
    ],
  ];
}
