import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ask } from '../api/client.js';
import type { FireTime, Previewed } from '../api/types.js';
import { FireTimes } from '../parts/fire-times.js';
import { Failure } from '../parts/loaded.js';
import { nextClockChange } from '../time/clock-change.js';
import { duration } from '../time/duration.js';
import { serverNow } from '../time/now.js';
import { Instant } from '../parts/time.js';
import type { Trigger } from './draft.js';

const WRITING_MS = 250;
const SHOWN = 10;
const HALF_DAY_MS = 43_200_000;

/** What a trigger means, computed by what fires it, while it is being written. */
export function Preview({ trigger, id }: { readonly trigger: Trigger; readonly id: string }) {
  const settled = useSettled(JSON.stringify(trigger));
  const query = useQuery({
    queryKey: ['preview', settled, id],
    queryFn: ({ signal }) =>
      ask<Previewed>('POST', 'triggers/preview', {
        body: { trigger: JSON.parse(settled) as Trigger, limit: SHOWN, ...(id && { id }) },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (query.error) {
    return (
      <div className="body">
        <Failure error={query.error} />
      </div>
    );
  }
  if (!query.data) return <div className="body skeleton" />;
  const { description, items } = query.data;
  return (
    <section className="preview" aria-label="Preview" aria-busy={query.isPlaceholderData}>
      <p className="body" aria-live="polite">
        <strong>{description}</strong> <span className="muted">{pace(items)}</span>
      </p>
      <FireTimes items={items} />
      <ClockChange settled={settled} id={id} />
    </section>
  );
}

/** What the next change of the clocks does to it. */
function ClockChange({ settled, id }: { readonly settled: string; readonly id: string }) {
  const zone = (JSON.parse(settled) as Trigger).timeZone;
  const change = zone === undefined ? null : changeOf(zone);
  const { data } = useQuery({
    queryKey: ['preview', settled, id, change],
    queryFn: ({ signal }) =>
      ask<Previewed>('POST', 'triggers/preview', {
        body: {
          trigger: JSON.parse(settled) as Trigger,
          from: new Date(change! - HALF_DAY_MS).toISOString(),
          to: new Date(change! + HALF_DAY_MS).toISOString(),
          limit: 60,
          ...(id && { id }),
        },
        signal,
      }),
    enabled: change !== null,
    retry: false,
  });
  if (change === null || !data) return null;
  const noted = data.items.filter(({ note }) => note !== null);
  return (
    <div className="clock-change">
      <p className="body">
        <strong>
          At the next change of the clocks, <Instant at={change} style="full" />
        </strong>{' '}
        <span className="muted">
          {noted.length > 0
            ? 'this fires otherwise than on other days.'
            : 'this fires as on other days.'}
        </span>
      </p>
      {data.items.length > 0 && (
        <FireTimes items={noted.length > 0 ? noted.slice(0, 4) : data.items.slice(0, 3)} />
      )}
    </div>
  );
}

function changeOf(zone: string): number | null {
  try {
    return nextClockChange(zone, Math.floor(serverNow() / 3_600_000) * 3_600_000);
  } catch {
    // A zone that is still being written.
    return null;
  }
}

/** How often, where that is worth a second look. */
function pace(items: readonly FireTime[]): string {
  const [first, ...rest] = items;
  const last = rest.at(-1);
  if (!first || !last) return 'It fires once.';
  const every = (Date.parse(last.at) - Date.parse(first.at)) / rest.length;
  return every < 300_000
    ? `About every ${duration(every)}: ${Math.round(86_400_000 / every)} times a day.`
    : '';
}

/** A text once nobody has changed it for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WRITING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
