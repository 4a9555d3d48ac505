/** How things are written for people. */

/** Without what would move the cursor or colour the terminal: names and errors come from anywhere. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
}

/** An instant of the API, to the second. */
export function instant(at: string | null | undefined): string {
  return at ? at.replace(/\.\d+Z$/, 'Z') : '-';
}

export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What was thrown, in one line. */
export function errorText(error: unknown): string | null {
  if (error === null || error === undefined) return null;
  const { name, message } = error as { name?: string; message?: string };
  if (message === undefined) return JSON.stringify(error);
  return name === undefined || name === 'Error' ? message : `${name}: ${message}`;
}

/** A table for people: columns as wide as what is in them, the last one as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and what they stand for, one a line; what is null is left out. */
export function facts(about: Readonly<Record<string, string | null>>): string[] {
  const known = Object.entries(about).flatMap(([name, text]) =>
    text === null ? [] : [[name, text] as const],
  );
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, text]) => `${name.padEnd(width)}  ${plain(text)}`);
}
