import { Moon, Sun } from 'lucide-react';
import { Button } from '../parts/button.js';
import { setPreferences, usePreferences } from './preferences.js';

export function ThemeButton() {
  const { theme } = usePreferences();
  const dark =
    theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <Button
      square
      aria-label={dark ? 'Use the light theme' : 'Use the dark theme'}
      onClick={() => setPreferences({ theme: dark ? 'light' : 'dark' })}
    >
      {dark ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
    </Button>
  );
}
