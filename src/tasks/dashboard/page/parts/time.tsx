import { distance, duration } from '../time/duration.js';
import { near, written, type Style } from '../time/instant.js';
import { useTold } from '../time/now.js';
import { useClock } from '../time/use-clock.js';

interface At {
  readonly at: string | number;
}

const msOf = (at: string | number) => (typeof at === 'number' ? at : Date.parse(at));
const isoOf = (at: string | number) => new Date(msOf(at)).toISOString();

/** An instant in the zone that is chosen; its title says it in full, and in UTC. */
export function Instant({ at, style = 'short' }: At & { readonly style?: Style }) {
  const clock = useClock();
  return (
    <time dateTime={isoOf(at)} title={titleOf(msOf(at), clock)} className="mono nowrap">
      {written(msOf(at), style, clock)}
    </time>
  );
}

/** The time, with its day where that is not today. */
export function Near({ at }: At) {
  const clock = useClock();
  const told = useTold((now) => near(msOf(at), now, clock));
  return (
    <time dateTime={isoOf(at)} title={titleOf(msOf(at), clock)} className="mono">
      {told}
    </time>
  );
}

/** `in 18 min`, `6 h ago`; it goes on by itself. */
export function Distance({ at }: At) {
  const clock = useClock();
  const told = useTold((now) => distance(msOf(at), now));
  return (
    <time dateTime={isoOf(at)} title={titleOf(msOf(at), clock)} className="nowrap">
      {told}
    </time>
  );
}

/** How long something has been going on. */
export function Elapsed({ since }: { readonly since: string }) {
  const told = useTold((now) => duration(Math.max(0, now - Date.parse(since))));
  return <span className="nowrap">{told}</span>;
}

function titleOf(at: number, clock: Parameters<typeof written>[2]): string {
  return `${written(at, 'full', clock)}\n${new Date(at).toISOString()}`;
}
