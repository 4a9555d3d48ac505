import { useEffect } from 'react';
import { client } from '../api/query-client.js';
import { usePreferences } from './preferences.js';
import { go } from './router.js';

/** After `g`. */
const PAGES: Readonly<Record<string, string>> = {
  o: '',
  j: 'jobs',
  r: 'runs',
  s: 'schedule',
  c: 'cluster',
  a: 'audit',
};

export const SHORTCUTS = [
  ['/', 'Search'],
  ['j k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['x', 'Select the row'],
  ['r', 'Read everything anew'],
  ['g o', 'Overview'],
  ['g j', 'Jobs'],
  ['g r', 'Runs'],
  ['g s', 'Schedule'],
  ['g c', 'Cluster'],
  ['g a', 'Audit'],
  ['?', 'This help'],
] as const;

const SEQUENCE_MS = 1_000;

/** Single letters, unless somebody is writing or has switched them off. */
export function useShortcuts(onHelp: () => void): void {
  const { keys } = usePreferences();
  useEffect(() => {
    if (!keys) return;
    let after = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const { key } = event;
      const page = performance.now() - after < SEQUENCE_MS ? PAGES[key] : undefined;
      after = key === 'g' ? performance.now() : -Infinity;
      if (page !== undefined) go(page);
      else if (key === '/') document.getElementById('search')?.focus();
      else if (key === '?') onHelp();
      else if (key === 'r') void client.invalidateQueries();
      else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
      else if (key === 'x') selectRow();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [keys, onHelp]);
}

/** Rows are known by the link that opens them. */
function step(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row-link]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = links[at === -1 ? (by > 0 ? 0 : links.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function selectRow(): void {
  const row = document.activeElement?.closest('tr');
  row?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
}

function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return /^(INPUT|SELECT|TEXTAREA)$/.test(element?.tagName ?? '') && !isCheckbox(element);
}

const isCheckbox = (element: HTMLElement | null) =>
  element instanceof HTMLInputElement && element.type === 'checkbox';
