import type { ReactNode } from 'react';
import { ZoneField } from '../edit/zone-field.js';
import { browserZone, setPreferences, usePreferences } from '../shell/preferences.js';
import { Instant } from '../parts/time.js';
import { useNow } from '../time/now.js';

export function Choices() {
  const { theme, zone, hour12, density, keys } = usePreferences();
  const now = useNow();
  return (
    <div className="body stack">
      <Group label="Theme">
        {choice('theme', theme, [
          ['system', 'As the system'],
          ['light', 'Light'],
          ['dark', 'Dark'],
        ])}
      </Group>
      <ZoneField
        value={zone === 'browser' ? browserZone() : zone}
        onChange={(next) => setPreferences({ zone: next === browserZone() ? 'browser' : next })}
      />
      <Group label="Clock">
        {choice('hour12', hour12, [
          [false, '24 hours'],
          [true, '12 hours'],
        ])}
      </Group>
      <p className="quiet">
        The server has it at <Instant at={now} style="full" />.
      </p>
      <Group label="Rows">
        {choice('density', density, [
          ['comfortable', 'Comfortable'],
          ['compact', 'Compact'],
        ])}
      </Group>
      <label className="check">
        <input
          type="checkbox"
          checked={keys}
          onChange={({ target }) => setPreferences({ keys: target.checked })}
        />
        Single letters are shortcuts
      </label>
    </div>
  );
}

function Group({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="field">
      <span className="label">{label}</span>
      <div className="tabs" role="group" aria-label={label}>
        {children}
      </div>
    </div>
  );
}

function choice<Value extends string | boolean>(
  name: string,
  chosen: Value,
  options: readonly (readonly [Value, string])[],
) {
  return options.map(([value, words]) => (
    <button
      key={words}
      type="button"
      aria-pressed={value === chosen}
      onClick={() => setPreferences({ [name]: value })}
    >
      {words}
    </button>
  ));
}
