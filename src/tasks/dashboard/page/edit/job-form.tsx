import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PayloadForm } from '../actions/payload-form.js';
import { ReasonField } from '../actions/reason-field.js';
import type { ApiError } from '../api/client.js';
import { tasks } from '../api/queries.js';
import { Button, LinkButton } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { Field } from '../parts/field.js';
import { Note } from '../parts/note.js';
import type { Draft } from './draft.js';
import { PolicyFields } from './policy-fields.js';
import { Preview } from './preview.js';
import { TriggerFields } from './trigger-fields.js';

/** All that can be defined of a job, with what its trigger means beside it. */
export function JobForm({
  id,
  draft: opened,
  error,
  onSave,
  back,
}: {
  /** Null: a new job, whose id is asked for. */
  readonly id: string | null;
  readonly draft: Draft;
  readonly error: ApiError | null;
  readonly onSave: (draft: Draft, reason: string, id: string) => Promise<void>;
  readonly back: string;
}) {
  const [draft, setDraft] = useState(opened);
  const [newId, setNewId] = useState('');
  const [reason, setReason] = useState('');
  const [valid, setValid] = useState(true);
  const [busy, setBusy] = useState(false);
  const known = useQuery(tasks()).data?.items.filter(({ scope }) => scope === 'cluster') ?? [];
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const issue = (field: string) =>
    error?.issues.find(({ pointer }) => pointer.startsWith(`/${field}`))?.message;
  const schema = known.find(({ name }) => name === draft.task)?.schema;
  const submit = async () => {
    setBusy(true);
    await onSave(draft, reason, id ?? newId.trim());
    setBusy(false);
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {error && <Note tone="bad">{error.message}</Note>}
      <div className="two-columns even">
        <div className="stack">
          <Card title="What">
            <div className="body stack">
              {id === null && (
                <Field
                  label="Id"
                  hint="How it is called in addresses and logs."
                  wrong={issue('id')}
                >
                  {(wiring) => (
                    <input {...wiring} value={newId} onChange={(e) => setNewId(e.target.value)} />
                  )}
                </Field>
              )}
              <Field label="Name" wrong={issue('name')}>
                {(wiring) => (
                  <input
                    {...wiring}
                    value={draft.name}
                    placeholder={newId}
                    onChange={(e) => set({ name: e.target.value })}
                  />
                )}
              </Field>
              <Field label="Task" hint="The code that is run." wrong={issue('task')}>
                {(wiring) => (
                  <select
                    {...wiring}
                    value={draft.task}
                    onChange={(e) => set({ task: e.target.value })}
                  >
                    <option value="">Choose a task</option>
                    {[...new Set([draft.task, ...known.map(({ name }) => name)])]
                      .filter((name) => name !== '')
                      .map((name) => (
                        <option key={name}>{name}</option>
                      ))}
                  </select>
                )}
              </Field>
              <Field label="Tags" hint="Separated by commas." wrong={issue('tags')}>
                {(wiring) => (
                  <input
                    {...wiring}
                    defaultValue={draft.tags.join(', ')}
                    onChange={(e) => set({ tags: tagsOf(e.target.value) })}
                  />
                )}
              </Field>
              <PayloadForm
                key={draft.task}
                schema={schema}
                payload={draft.payload}
                issues={error?.issues ?? []}
                onChange={(payload, ok) => {
                  set({ payload });
                  setValid(ok);
                }}
              />
            </div>
          </Card>
        </div>
        <div className="stack">
          <Card title="When">
            <div className="body stack">
              <TriggerFields
                trigger={draft.trigger}
                wrong={issue('trigger')}
                onChange={(trigger) => set({ trigger })}
              />
            </div>
            <Preview trigger={draft.trigger} id={id ?? newId} />
          </Card>
        </div>
      </div>
      <PolicyFields draft={draft} set={set} issue={issue} />
      <Card title="Save">
        <div className="body stack">
          <ReasonField value={reason} onChange={setReason} label="Why it is changed" />
          <div className="row end">
            <LinkButton to={back}>Cancel</LinkButton>
            <Button kind="primary" type="submit" disabled={busy || !valid}>
              {id === null ? 'Make the job' : 'Save'}
            </Button>
          </div>
        </div>
      </Card>
    </form>
  );
}

const tagsOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
