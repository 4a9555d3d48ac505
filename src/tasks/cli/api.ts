import { CliError, EXIT, exitOf } from './exit-codes.js';

/** So long an answer may take. */
const PATIENCE_MS = 30_000;

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Ask {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** It is not known whether what was asked has been done. */
export class UnansweredError extends CliError {
  constructor(message: string, problem?: unknown) {
    super(EXIT.unreachable, message, problem);
  }
}

/** The HTTP API of one node. */
export class Api {
  private readonly base: URL;

  /**
   * @param url where a node is; without a path, the API is at `/scheduler` there
   * @param signal ends what is asked when the user ends the command
   * @throws CliError where it is no address
   */
  constructor(
    url: string,
    private readonly key: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new CliError(
        EXIT.usage,
        `${url} is no address: it must begin with http:// or https://`,
      );
    }
    this.base = new URL(url);
    const path = this.base.pathname.replace(/\/+$/, '');
    this.base.pathname = `${path || '/scheduler'}/`;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.ask('GET', path, { query });
  }

  post<T>(path: string, body: unknown = {}, headers: Ask['headers'] = {}): Promise<T> {
    return this.ask('POST', path, { body, headers });
  }

  patch<T>(path: string, body: unknown, headers: Ask['headers'] = {}): Promise<T> {
    return this.ask('PATCH', path, { body, headers });
  }

  /**
   * @throws CliError that says what was refused, and what to do
   * @throws UnansweredError
   */
  private async ask<T>(method: string, path: string, asked: Ask): Promise<T> {
    const url = new URL(path, this.base);
    url.search = searchOf(asked.query ?? {}).toString();
    const { answer, text } = await this.reach(url, method, asked);
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    if (text !== '' && !isJson) throw this.notOurs(answer.status);
    const body = text === '' ? undefined : this.parsed(text, answer.status);
    if (answer.ok) return body as T;
    throw refusal(answer.status, body);
  }

  private async reach(url: URL, method: string, { body, headers }: Ask) {
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          Accept: 'application/json',
          ...(this.key !== undefined && { Authorization: `Bearer ${this.key}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      return { answer, text: await answer.text() };
    } catch (error) {
      if (this.signal.aborted) throw error;
      throw new UnansweredError(
        `${this.base.origin} cannot be reached: ${reasonOf(error)}. ` +
          'Is a node running there? Give the address of one with --url or CARILLON_URL.',
      );
    }
  }

  private parsed(text: string, status: number): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.notOurs(status);
    }
  }

  private notOurs(status: number): CliError {
    const message =
      `${this.base.href} answered ${status} with something that is no JSON. ` +
      'Give the address at which the API begins with --url or CARILLON_URL, such as http://localhost:3000/scheduler.';
    // Of a proxy that lost the answer.
    return status >= 500 ? new UnansweredError(message) : new CliError(EXIT.unreachable, message);
  }
}

interface ProblemText {
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** Statuses that do not say whether it was done. */
const UNKNOWN: readonly number[] = [502, 503, 504];

/** What to do about a refusal, by its status. */
const HELP: Readonly<Record<number, string>> = {
  401: '\nGive a key with CARILLON_KEY or --key.',
  413: '\nThe host takes no request as large as this until its limit for bodies is raised.',
};

function refusal(status: number, body: unknown): CliError {
  const { detail, errors = [] } = (body ?? {}) as ProblemText;
  const issues = errors
    .filter(({ message }) => !detail?.includes(message))
    .map(({ pointer, message }) => `\n  ${pointer.replace(/^\//, '')} ${message}`);
  const help = HELP[status] ?? '';
  const words = detail ?? `The server answered ${status}.`;
  const message = `${words}${issues.join('')}${help}`;
  // What was asked for may have been done.
  if (UNKNOWN.includes(status)) return new UnansweredError(message, body);
  return new CliError(exitOf(status), message, body);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as {
    cause?: { code?: string; message?: string };
    message: string;
  };
  return cause?.code ?? cause?.message ?? message;
}

function searchOf(query: Query): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) search.append(name, one);
  }
  return search;
}
