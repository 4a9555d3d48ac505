import { browserZone, usePreferences } from '../shell/preferences.js';
import type { Clockface } from './instant.js';

/** How whoever looks wants instants to be written. */
export function useClock(): Clockface {
  const { zone, hour12 } = usePreferences();
  return { zone: zone === 'browser' ? browserZone() : zone, hour12 };
}
