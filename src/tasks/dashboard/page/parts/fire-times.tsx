import type { FireTime } from '../api/types.js';
import { toInput, type Clockface } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';
import { Distance, Instant } from './time.js';

/** Fire times as the clocks of the job show them, and where a change of the clocks matters. */
export function FireTimes({ items }: { readonly items: readonly FireTime[] }) {
  const clock = useClock();
  // The clock of whoever looks, unless it shows the same.
  const yours = items.some(({ at, local }) => !sameClock(at, local, clock));
  if (items.length === 0) return <p className="body muted">No fire time is left.</p>;
  return (
    <div className="table-frame">
      <table className="plain wide">
        <thead>
          <tr>
            <th scope="col">Its own clock</th>
            <th scope="col">UTC</th>
            <th scope="col">
              <span className="hidden-text">How far</span>
            </th>
            {yours && <th scope="col">Yours</th>}
          </tr>
        </thead>
        <tbody>
          {items.map(({ at, utc, local, offset, note }) => (
            <tr key={at} className={note ? 'noted' : ''}>
              <td className="mono nowrap">
                {spaced(local)} <span className="muted">{offset}</span>
                {note && <small className="note-line">{note}</small>}
              </td>
              <td className="mono nowrap muted">{timeOf(utc)}</td>
              <td className="nowrap">
                <Distance at={at} />
              </td>
              {yours && (
                <td>
                  <Instant at={at} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the clock shows the same time of the same day. */
function sameClock(at: string, local: string, clock: Clockface): boolean {
  return toInput(Date.parse(at), clock) === local.slice(0, 16).replace(' ', 'T');
}

const spaced = (local: string) => local.replace('T', ' ').replace(/\.0+$/, '');
const timeOf = (utc: string) => utc.replace(/^.*T/, '').replace(/\.0+Z?$|Z$/, '');
