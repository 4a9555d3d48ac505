import { useState } from 'react';
import { Card } from '../parts/card.js';
import { Copy } from '../parts/copy.js';
import { Button } from '../parts/button.js';

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: Thrown;
  readonly errors?: readonly Thrown[];
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What the handler threw, and what caused that, one below the other. */
export function RunError({ error }: { readonly error: unknown }) {
  const [full, setFull] = useState(false);
  return (
    <Card
      title="Error"
      className="error-card"
      aside={
        <>
          <Button aria-pressed={full} onClick={() => setFull(!full)}>
            {full ? 'Own frames only' : 'Full stack'}
          </Button>
          <Copy text={JSON.stringify(error, null, 2)} />
        </>
      }
    >
      <div className="body stack">
        <Chain error={error as Thrown} full={full} />
      </div>
    </Card>
  );
}

function Chain({ error, full }: { readonly error: Thrown; readonly full: boolean }) {
  const { name = 'Error', message = '', stack, cause, errors = [], fields } = error;
  const frames = framesOf(stack ?? '', full);
  return (
    <div className="stack tight">
      <p>
        <strong className="bad-words">{name}</strong>: {message}
      </p>
      {fields && (
        <p className="quiet mono">
          {Object.entries(fields)
            .map(([field, value]) => `${field}: ${JSON.stringify(value)}`)
            .join(' · ')}
        </p>
      )}
      {frames !== '' && (
        <pre className="code" tabIndex={0}>
          {frames}
        </pre>
      )}
      {errors.map((one, index) => (
        <Chain key={index} error={one} full={full} />
      ))}
      {cause && (
        <div className="stack tight">
          <span className="quiet">caused by</span>
          <Chain error={cause} full={full} />
        </div>
      )}
    </div>
  );
}

/** The frames of the application: those of packages and of Node tell little. */
function framesOf(stack: string, full: boolean): string {
  const frames = stack.split('\n').filter((line) => /^\s*at /.test(line));
  const own = frames.filter((line) => !/node_modules|node:internal/.test(line));
  return (full || own.length === 0 ? frames : own).join('\n');
}
