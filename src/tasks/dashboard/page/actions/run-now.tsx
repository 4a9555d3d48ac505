import { useState } from 'react';
import type { Job } from '../api/types.js';
import { Button } from '../parts/button.js';
import { RunNowDialog } from './run-now-dialog.js';

export function RunNow({ job }: { readonly job: Job }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        Run now<span className="hidden-text"> {job.name}</span>
      </Button>
      {asking && <RunNowDialog job={job} onClose={() => setAsking(false)} />}
    </>
  );
}
