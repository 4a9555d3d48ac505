import { Download } from 'lucide-react';
import type { Run } from '../api/types.js';
import { Menu } from '../parts/menu.js';
import { download } from '../parts/download.js';

const COLUMNS = [
  'id',
  'jobId',
  'task',
  'cause',
  'state',
  'reason',
  'fireAt',
  'startedAt',
  'finishedAt',
  'durationMs',
  'lagMs',
  'attempt',
  'nodeId',
] as const;

/** The runs that are shown, as a file. */
export function Export({ runs }: { readonly runs: readonly Run[] }) {
  const csv = () =>
    [
      COLUMNS.join(','),
      ...runs.map((run) => COLUMNS.map((name) => cell(run[name])).join(',')),
    ].join('\r\n');
  const lines = () => runs.map((run) => JSON.stringify(run)).join('\n');
  return (
    <Menu label="Export what is shown" button={<Download size={15} aria-hidden />}>
      <button type="button" onClick={() => download('runs.csv', 'text/csv', csv())}>
        CSV
      </button>
      <button
        type="button"
        onClick={() => download('runs.ndjson', 'application/x-ndjson', lines())}
      >
        JSON lines
      </button>
    </Menu>
  );
}

/** In quotes; what a spreadsheet would take for a formula is made text. */
function cell(value: string | number | null): string {
  const text = String(value ?? '');
  return `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
