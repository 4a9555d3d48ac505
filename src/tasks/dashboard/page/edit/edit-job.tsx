import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, ask, segment } from '../api/client.js';
import { client } from '../api/query-client.js';
import * as queries from '../api/queries.js';
import type { Job } from '../api/types.js';
import { Loaded } from '../parts/loaded.js';
import { Note } from '../parts/note.js';
import { browserZone } from '../shell/preferences.js';
import { go, jobPath } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { toast } from '../shell/toasts.js';
import { TopBar } from '../shell/top-bar.js';
import { Conflict } from './conflict.js';
import { changesOf, draftOf, NEW, type Draft } from './draft.js';
import { JobForm } from './job-form.js';

/** Changes a job, as it was when the page was opened. */
export function EditJob({ id }: { readonly id: string }) {
  // What somebody is changing is not read anew below his hands.
  const query = useQuery({ ...queries.job(id), staleTime: Infinity, refetchOnMount: 'always' });
  return (
    <Shell top={<TopBar title={`Edit ${query.data?.name ?? id}`} />}>
      <Loaded query={query} lines={8}>
        {(job) => <Editor opened={job} />}
      </Loaded>
    </Shell>
  );
}

function Editor({ opened }: { readonly opened: Job }) {
  const [base, setBase] = useState(opened);
  const [mine, setMine] = useState<Draft>(() => draftOf(opened));
  const [theirs, setTheirs] = useState<Job | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const save = async (draft: Draft, reason: string, onto = base) => {
    setMine(draft);
    const body = changesOf(draftOf(onto), draft);
    if (Object.keys(body).length === 0) return go(jobPath(onto.id));
    try {
      await ask('PATCH', `jobs/${segment(onto.id)}`, { body, tag: onto.tag, reason });
      toast('good', `${draft.name} is changed.`);
      void client.invalidateQueries();
      go(jobPath(onto.id));
    } catch (refused) {
      const failure = refused as ApiError;
      if (failure.status === 412 && failure.current) setTheirs(failure.current as Job);
      else setError(failure);
    }
  };
  if (theirs) {
    return (
      <Conflict
        base={base}
        mine={mine}
        theirs={theirs}
        onTake={(draft) => {
          // What is chosen is looked at once more before it is saved.
          setBase(theirs);
          setMine(draft);
          setTheirs(null);
          setRound(round + 1);
        }}
      />
    );
  }
  return (
    <>
      {base.origin !== 'api' && (
        <Note>
          This job is declared {base.origin === 'config' ? 'in the configuration' : 'in code'}. What
          is changed here holds over deploys, until it is reset.
        </Note>
      )}
      <JobForm
        key={round}
        id={base.id}
        draft={mine}
        error={error}
        onSave={(draft, reason) => save(draft, reason)}
        back={jobPath(base.id)}
      />
    </>
  );
}

/** Makes a job at run time. */
export function NewJob() {
  const [error, setError] = useState<ApiError | null>(null);
  const draft: Draft = { ...NEW, trigger: { ...NEW.trigger, timeZone: browserZone() } };
  const save = async (made: Draft, reason: string, id: string) => {
    try {
      const body = { ...made, id, name: made.name || id };
      await ask<Job>('POST', 'jobs', { body, reason });
      toast('good', `${body.name} is made.`);
      void client.invalidateQueries();
      go(jobPath(id));
    } catch (refused) {
      setError(refused as ApiError);
    }
  };
  return (
    <Shell top={<TopBar title="New job" />}>
      <JobForm id={null} draft={draft} error={error} onSave={save} back="jobs" />
    </Shell>
  );
}
