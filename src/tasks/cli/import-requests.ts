import type { Change } from './import-plan.js';
import { bytesOf, slices } from './slices.js';

/** One request of an import. */
export interface ImportRequest {
  /** The jobs that it changes. */
  readonly ids: readonly string[];
  readonly method: 'post' | 'patch';
  readonly path: string;
  readonly body: object;
}

/**
 * What is asked of a server so that these changes are made, in this order. A job that is to be paused is made so,
 * before it could fire; its reason and its end come right after.
 */
export function importRequests(changes: readonly Change[]): readonly ImportRequest[] {
  const whole = changes.filter(({ job }) => job !== null);
  const gone = changes.filter((change) => change.do === 'remove').map(idOf);
  return [
    ...slices(whole, ({ job }) => bytesOf(job)).flatMap((part) => [
      inBulk(part.map(idOf), {
        action: 'create',
        conflict: 'replace',
        jobs: part.map(({ job }) => job),
      }),
      ...part.flatMap(alone),
    ]),
    ...slices(gone).map((ids) => inBulk(ids, { action: 'remove', ids })),
    ...changes.filter(({ job }) => job === null).flatMap(alone),
  ];
}

const idOf = ({ id }: Change) => id;

const inBulk = (ids: readonly string[], body: object): ImportRequest => ({
  ids,
  method: 'post',
  path: 'jobs/bulk',
  body,
});

/** What is asked for a job by itself. */
function alone({ id, patch, pause }: Change): ImportRequest[] {
  const path = `jobs/${encodeURIComponent(id)}`;
  const requests: ImportRequest[] = [];
  if (patch !== null) requests.push({ ids: [id], method: 'patch', path, body: patch });
  if (pause !== null) {
    const verb = pause.to === null ? 'resume' : 'pause';
    requests.push({ ids: [id], method: 'post', path: `${path}/${verb}`, body: pause.to ?? {} });
  }
  return requests;
}
