import { useRef, useState } from 'react';

/**
 * Keeps the order of a list while the pointer is over it, so that nothing is clicked that was not
 * meant. What it holds is up to date at all times; what is new waits until the pointer has left.
 */
export function useSteady<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): {
  readonly shown: readonly Item[];
  readonly waiting: number;
  readonly hold: { readonly onPointerEnter: () => void; readonly onPointerLeave: () => void };
} {
  const [held, setHeld] = useState(false);
  const before = useRef<readonly string[]>([]);
  const now = items.map(keyOf);
  before.current = held ? steady(before.current, now) : now;
  const known = new Map(items.map((item) => [keyOf(item), item]));
  const shown = before.current.flatMap((key) => known.get(key) ?? []);
  const waiting = now.filter((key) => !before.current.includes(key)).length;
  const hold = {
    onPointerEnter: () => setHeld(true),
    onPointerLeave: () => setHeld(false),
  };
  return { shown, waiting, hold };
}

/** The order as it was; only what comes after all of it, as another page does, is added. */
export function steady(before: readonly string[], now: readonly string[]): readonly string[] {
  const known = new Set(before);
  const last = now.findLastIndex((key) => known.has(key));
  return [...before, ...now.slice(last + 1)];
}
