/** How far a run has come, as its handler tells. */
export function Progress({
  percent,
  note,
}: {
  readonly percent: number;
  readonly note: string | null;
}) {
  const shown = Math.min(100, Math.max(0, percent));
  return (
    <div>
      <div
        className="progress"
        role="progressbar"
        aria-valuenow={Math.round(shown)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={note ?? 'Progress'}
      >
        <span style={{ width: `${shown}%` }} />
      </div>
      <small className="sub">{note ?? `${Math.round(shown)} %`}</small>
    </div>
  );
}
