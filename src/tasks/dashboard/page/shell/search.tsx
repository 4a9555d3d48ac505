import { useState, type FormEvent } from 'react';
import { go } from './router.js';

/** Finds a run by its number, and jobs by their id or name; on the page of runs also by errors. */
export function Search() {
  const [text, setText] = useState('');
  const find = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === '') return;
    const page = location.pathname.endsWith('/runs') ? 'runs' : 'jobs';
    if (/^\d+$/.test(wanted)) go(`runs/${wanted}`);
    else go(`${page}?text=${encodeURIComponent(wanted)}`);
    setText('');
  };
  return (
    <form className="search" role="search" onSubmit={find}>
      <input
        id="search"
        type="search"
        aria-label="Search jobs, runs, errors"
        placeholder="Search jobs, runs, errors"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <kbd aria-hidden>/</kbd>
    </form>
  );
}
