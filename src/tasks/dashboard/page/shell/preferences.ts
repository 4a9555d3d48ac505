import { useSyncExternalStore } from 'react';

/** What somebody has chosen on this browser. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  /** `browser`, or an IANA name. */
  readonly zone: string;
  readonly hour12: boolean;
  readonly density: 'comfortable' | 'compact';
  /** Whether single letters are shortcuts. */
  readonly keys: boolean;
}

const DEFAULTS: Preferences = {
  theme: 'system',
  zone: 'browser',
  hour12: false,
  density: 'comfortable',
  keys: true,
};

const NAME = 'carillon';
const listeners = new Set<() => void>();
let current = read();
apply();

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // Private windows may keep nothing: it holds until the page is left.
  }
  apply();
  for (const tell of listeners) tell();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

export const browserZone = (): string =>
  new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Preferences>;
    return { ...DEFAULTS, ...kept };
  } catch {
    return DEFAULTS;
  }
}

function apply(): void {
  const root = document.documentElement;
  root.dataset['theme'] = current.theme;
  root.dataset['density'] = current.density;
}
