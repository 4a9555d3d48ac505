import type { Change } from './import-plan.js';

/** So many are sent in one request at most: none of them shall take a server long. */
const MOST_AT_ONCE = 50;

/** In bytes of JSON. A host of Nest takes bodies of 100 kB by default. */
const MOST_BYTES = 64 * 1_024;

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

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '') + 1;

/**
 * Cuts a list into parts that one request can carry, in their order. What is larger than that by itself goes alone.
 *
 * @param sizeOf what one adds to the body, in bytes
 */
export function slices<T>(all: readonly T[], sizeOf: (item: T) => number = bytesOf): T[][] {
  const parts: T[][] = [];
  let bytes = Infinity;
  for (const item of all) {
    const size = sizeOf(item);
    const part = parts.at(-1);
    if (part && part.length < MOST_AT_ONCE && bytes + size <= MOST_BYTES) {
      part.push(item);
      bytes += size;
    } else {
      parts.push([item]);
      bytes = size;
    }
  }
  return parts;
}
