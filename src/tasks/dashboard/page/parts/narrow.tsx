import { useAsked } from '../shell/router.js';

/** Narrows a list by a text, once it is entered. */
export function Narrow({
  name,
  label,
  wide = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly wide?: boolean;
}) {
  const [asked, change] = useAsked();
  const value = asked.get(name) ?? '';
  const take = (text: string) => {
    if (text.trim() !== value) change({ [name]: text.trim() });
  };
  return (
    <input
      key={value}
      className={wide ? 'narrow wide' : 'narrow'}
      aria-label={`Filter by ${label.toLowerCase()}`}
      placeholder={label}
      defaultValue={value}
      onBlur={({ target }) => take(target.value)}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') take(currentTarget.value);
      }}
    />
  );
}
