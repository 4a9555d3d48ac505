import { Check } from 'lucide-react';
import { Link } from '../parts/link.js';
import { Menu } from '../parts/menu.js';
import { browserZone, setPreferences, usePreferences } from './preferences.js';

/** In which zone instants are written. Any other one is chosen in the settings. */
export function ZoneMenu() {
  const { zone } = usePreferences();
  const own = browserZone();
  const choices = [
    ['browser', `${own} (this browser)`],
    ['UTC', 'UTC'],
    ...(zone === 'browser' || zone === 'UTC' ? [] : [[zone, zone] as const]),
  ] as const;
  const name = zone === 'browser' ? own : zone;
  return (
    <Menu
      className="button"
      label={`Time zone: ${name}`}
      button={
        <>
          <span className="zone-name">{name}</span>
          <span className="zone-short" aria-hidden>
            ◷
          </span>
        </>
      }
    >
      {choices.map(([value, label]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === zone}
          onClick={() => setPreferences({ zone: value })}
        >
          <Check size={14} aria-hidden opacity={value === zone ? 1 : 0} />
          {label}
        </button>
      ))}
      <hr />
      <Link to="settings">Other zones…</Link>
    </Menu>
  );
}
