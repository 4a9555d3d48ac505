import { useState } from 'react';
import type { Job } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { Note } from '../parts/note.js';
import { draftOf, FIELDS, same, type Draft, type Field } from './draft.js';

/** Somebody else was faster: both versions side by side, and which of each field to keep. */
export function Conflict({
  base,
  mine,
  theirs,
  onTake,
}: {
  readonly base: Job;
  readonly mine: Draft;
  readonly theirs: Job;
  readonly onTake: (draft: Draft) => void;
}) {
  const before = draftOf(base);
  const now = draftOf(theirs);
  const differing = FIELDS.filter((field) => !same(mine[field], now[field]));
  const [kept, setKept] = useState<ReadonlySet<Field>>(
    () => new Set(differing.filter((field) => !same(mine[field], before[field]))),
  );
  const take = () => {
    const chosen = FIELDS.map((field) => [field, kept.has(field) ? mine[field] : now[field]]);
    onTake(Object.fromEntries(chosen) as Draft);
  };
  const toggle = (field: Field, own: boolean) => {
    const next = new Set(kept);
    if (own) next.add(field);
    else next.delete(field);
    setKept(next);
  };
  return (
    <Card
      title="Somebody else has changed this job"
      hint={`it is at revision ${theirs.revision} now`}
    >
      <div className="body stack">
        <Note tone="warn">
          Nothing is saved yet. Choose for each field what is to hold; you can look at it once more
          before it is saved.
        </Note>
        {differing.length === 0 && <p>Both of you have made the same changes.</p>}
        {differing.map((field) => (
          <fieldset key={field} className="conflict">
            <legend>{field}</legend>
            <Side
              title="Yours"
              field={field}
              value={mine[field]}
              chosen={kept.has(field)}
              onChoose={() => toggle(field, true)}
            />
            <Side
              title="Theirs"
              field={field}
              value={now[field]}
              chosen={!kept.has(field)}
              onChoose={() => toggle(field, false)}
            />
          </fieldset>
        ))}
        <div className="row end">
          <Button onClick={() => onTake(now)}>Take theirs</Button>
          <Button kind="primary" onClick={take}>
            Go on with this
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Side({
  title,
  field,
  value,
  chosen,
  onChoose,
}: {
  readonly title: string;
  readonly field: Field;
  readonly value: unknown;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <label className={chosen ? 'side-of chosen' : 'side-of'}>
      <span className="row">
        <input type="radio" name={field} checked={chosen} onChange={onChoose} /> {title}
      </span>
      <pre className="code">{JSON.stringify(value, null, 2)}</pre>
    </label>
  );
}
