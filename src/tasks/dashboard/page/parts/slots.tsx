const MOST = 20;

/** How many runs a node has room for, and how many it has. */
export function Slots({ used, total }: { readonly used: number; readonly total: number }) {
  const label = `${used} of ${total} slots in use`;
  if (total > MOST) return <span className="number">{`${used} / ${total}`}</span>;
  return (
    <span className="slots" role="img" aria-label={label} title={label}>
      {Array.from({ length: total }, (_, slot) => (
        <i key={slot} className={slot < used ? 'used' : ''} />
      ))}
    </span>
  );
}
