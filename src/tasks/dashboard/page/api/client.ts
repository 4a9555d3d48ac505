/** Where the API is, as the server has written it into the page. */
const meta = document.querySelector<HTMLMetaElement>('meta[name="carillon-api"]');
export const API = new URL(meta?.content ?? 'scheduler/', document.baseURI);

/** A refusal, as the server's problem document tells it. */
export class ApiError extends Error {
  constructor(
    /** 0: the server could not be reached. */
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly issues: readonly { readonly pointer: string; readonly message: string }[] = [],
    /** The job as it is, where somebody else has changed it. */
    readonly current: unknown = null,
  ) {
    super(detail);
  }
}

export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface Ask {
  readonly query?: Query;
  readonly body?: unknown;
  /** Only if the job is still as it was when it bore this tag. */
  readonly tag?: string | undefined;
  /** Why, for the audit. */
  readonly reason?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * @param path below the API's prefix; what comes from users is encoded by `segment`
 * @throws ApiError
 */
export async function ask<T>(method: string, path: string, asked: Ask = {}): Promise<T> {
  const { query, body, tag, reason, signal } = asked;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (tag !== undefined) headers['If-Match'] = `"${tag}"`;
  if (reason) headers['X-Reason'] = encodeURIComponent(reason);
  const url = new URL(path, API);
  url.search = searchOf(query ?? {}).toString();
  const answer = await fetch(url, {
    method,
    headers,
    credentials: 'same-origin',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'offline', 'The server cannot be reached. It is tried again.');
  });
  const text = await answer.text();
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw refusalOf(answer.status, text);
}

/** A part of a path, whatever is in it. */
export const segment = encodeURIComponent;

function searchOf(query: Query): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value as string[]) search.append(name, one);
    else if (value !== undefined && value !== '' && value !== false) {
      search.append(name, String(value));
    }
  }
  return search;
}

interface ProblemText {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: ApiError['issues'];
  readonly current?: unknown;
}

function refusalOf(status: number, text: string): ApiError {
  let problem: ProblemText = {};
  try {
    problem = JSON.parse(text) as ProblemText;
  } catch {
    // A proxy in between answers with pages of its own.
  }
  const { code = 'refused', detail = `The server answered ${status}.`, errors = [] } = problem;
  return new ApiError(status, code, detail, errors, problem.current ?? null);
}
