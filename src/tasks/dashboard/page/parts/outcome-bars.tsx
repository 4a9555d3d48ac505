import type { SeriesItem } from '../api/types.js';
import { count, FAILED, sumOf } from '../overview/counts.js';
import { written } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';

const GROUPS = [
  { name: 'succeeded', tone: 'good', states: ['succeeded'] },
  { name: 'skipped', tone: 'idle', states: ['skipped', 'cancelled'] },
  { name: 'failed', tone: 'bad', states: FAILED },
] as const;

const WIDTH = 600;
const HEIGHT = 150;
const LEAST = 2;

/** Runs by hour or day, stacked by what became of them. The same is told as a table below. */
export function OutcomeBars({
  items,
  style = 'minute',
}: {
  readonly items: readonly SeriesItem[];
  readonly style?: 'minute' | 'date';
}) {
  const clock = useClock();
  const most = Math.max(1, ...items.map(({ runs }) => total(runs)));
  const step = WIDTH / Math.max(1, items.length);
  const every = Math.max(1, Math.round(items.length / 6));
  return (
    <div className="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        {items.map((item, index) => (
          <Bar key={item.from} item={item} x={index * step} width={step * 0.76} most={most} />
        ))}
      </svg>
      <div className="axis mono" aria-hidden>
        {items
          .filter((_, index) => index % every === 0)
          .map(({ from }) => (
            <span key={from}>{written(Date.parse(from), style, clock)}</span>
          ))}
        <span>now</span>
      </div>
      <ul className="legend row">
        {GROUPS.map(({ name, tone, states }) => (
          <li key={name}>
            <span className={`dot ${tone}`} /> {name}{' '}
            <span className="muted">
              {count(items.reduce((s, i) => s + sumOf(i.runs, states), 0))}
            </span>
          </li>
        ))}
      </ul>
      <details className="data">
        <summary>Show as a table</summary>
        <table className="plain">
          <thead>
            <tr>
              <th>From</th>
              {GROUPS.map(({ name }) => (
                <th key={name} className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(({ from, runs }) => (
              <tr key={from}>
                <td className="mono">{written(Date.parse(from), 'short', clock)}</td>
                {GROUPS.map(({ name, states }) => (
                  <td key={name} className="number">
                    {count(sumOf(runs, states))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function Bar({
  item,
  x,
  width,
  most,
}: {
  readonly item: SeriesItem;
  readonly x: number;
  readonly width: number;
  readonly most: number;
}) {
  let bottom = HEIGHT;
  return (
    <g>
      {GROUPS.map(({ name, tone, states }) => {
        const runs = sumOf(item.runs, states);
        if (runs === 0) return null;
        const height = Math.max(LEAST, (runs / most) * (HEIGHT - 8));
        bottom -= height;
        return (
          <rect
            key={name}
            className={`tone-${tone}`}
            x={x}
            y={bottom}
            width={width}
            height={Math.max(1, height - 1)}
          />
        );
      })}
    </g>
  );
}

const total = (runs: SeriesItem['runs']) =>
  GROUPS.reduce((sum, { states }) => sum + sumOf(runs, states), 0);
