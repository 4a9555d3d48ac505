import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';

type Json = Record<string, unknown>;

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
  readonly $ref?: string;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Record<string, { readonly responses: Record<string, Answer> }>>
  >;
  readonly components: { readonly schemas: Json; readonly responses: Record<string, Answer> };
}

const PREFIX = '/scheduler';
/** They describe the others, and are described nowhere. */
const ABOUT_ITSELF = /^\/scheduler\/(openapi\.json|docs)(\/|$)/;

const PROBLEM = 'application/problem+json';

/**
 * Stands between the clients of a test and the server: each answer that goes through must be one that
 * the description of the API promises, by its status, its type and its schema.
 */
export class AnswerValidator {
  readonly complaints: string[] = [];
  private readonly document: OpenApi;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  private readonly known = new Map<string, ValidateFunction>();
  private readonly patterns: readonly { readonly path: string; readonly fits: RegExp }[];
  private checked = 0;

  /** @param globalPrefix what the host puts in front of all routes */
  constructor(private readonly globalPrefix = '') {
    const text = readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8');
    this.document = JSON.parse(text) as OpenApi;
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema({ $id: 'openapi', components: this.document.components });
    this.patterns = Object.keys(this.document.paths)
      // What has no parameter comes first: `jobs/bulk` is not the job of that name.
      .toSorted((one, other) => one.split('{').length - other.split('{').length)
      .map((path) => ({
        path,
        fits: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`, 'i'),
      }));
  }

  watch(server: Server): void {
    server.prependListener('request', (request, response) => this.tap(request, response));
  }

  /** @throws Error that tells each answer that was not as promised */
  expectNone(): void {
    if (this.complaints.length === 0) return;
    const some = [...new Set(this.complaints)].slice(0, 20);
    throw new Error(`Of ${this.checked} answers some are not as described:\n${some.join('\n')}`);
  }

  private tap(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    };
    const write = response.write.bind(response) as (...args: unknown[]) => boolean;
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    let head = new Headers();
    response.writeHead = (...args: unknown[]) => {
      // Some hand all of their headers over here.
      const given = args.at(-1);
      if (typeof given === 'object') head = new Headers(given as Record<string, string>);
      return writeHead(...args);
    };
    response.write = (...args: unknown[]) => {
      keep(args[0]);
      return write(...args);
    };
    response.end = (...args: unknown[]) => {
      keep(args[0]);
      return end(...args);
    };
    response.once('finish', () => {
      const { method = '', url = '' } = request;
      const set = response.getHeader('content-type');
      const whole = head.get('content-type') ?? (typeof set === 'string' ? set : '');
      const [type = ''] = whole.split(';');
      this.check(method, url, response.statusCode, type, Buffer.concat(chunks).toString());
    });
  }

  private check(method: string, url: string, status: number, type: string, body: string): void {
    const path = this.pathOf(url);
    if (path === null || ABOUT_ITSELF.test(path)) return;
    this.checked++;
    const wrong = this.complaint(method, path, status, type, body);
    if (wrong !== null) this.complaints.push(`${method} ${path.slice(0, 100)} ${status}: ${wrong}`);
  }

  private pathOf(url: string): string | null {
    const [raw = ''] = url.split(/[?#]/);
    if (!raw.startsWith(this.globalPrefix)) return null;
    const path = raw.slice(this.globalPrefix.length).replace(/(.)\/$/, '$1');
    // What is no URL is answered by the framework, before any application.
    if (!URL.canParse(path, 'http://host') || !isDecodable(path)) return null;
    return new RegExp(`^${PREFIX}(/|$)`, 'i').test(path) ? path : null;
  }

  private complaint(
    method: string,
    path: string,
    status: number,
    type: string,
    body: string,
  ): string | null {
    const pattern = this.patterns.find(({ fits }) => fits.test(path));
    const methods = pattern && this.document.paths[pattern.path]!;
    const operation = methods?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
    // No path, no method, or no URL at all.
    if (operation === undefined) return this.ofNothing(method, status, type, body);
    const answer = this.resolved(operation.responses[String(status)]);
    if (answer === undefined) return `the status is not described. ${body.slice(0, 200)}`;
    const [described] = Object.entries(answer.content ?? {});
    if (described === undefined) return body === '' ? null : 'a body is not described';
    if (type !== described[0]) return `${type} is not ${described[0]}`;
    if (method === 'HEAD' || !type.endsWith('json')) return null;
    return this.mismatch(described[1].schema, body);
  }

  private ofNothing(method: string, status: number, type: string, body: string): string | null {
    if (method === 'OPTIONS' && status === 204) return null;
    if (status < 400 || status >= 500) return 'there is no such operation';
    if (method === 'HEAD') return null;
    if (type !== PROBLEM) return `${type} is not ${PROBLEM}`;
    return this.mismatch({ $ref: '#/components/schemas/Problem' }, body);
  }

  private resolved(answer: Answer | undefined): Answer | undefined {
    const name = answer?.$ref?.split('/').at(-1);
    return name === undefined ? answer : this.document.components.responses[name];
  }

  private mismatch(schema: Json, body: string): string | null {
    const key = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
    let validate = this.known.get(key);
    if (validate === undefined) {
      validate = this.ajv.compile(JSON.parse(key) as Json);
      this.known.set(key, validate);
    }
    if (validate(JSON.parse(body))) return null;
    return `${this.ajv.errorsText(validate.errors)} in ${body.slice(0, 300)}`;
  }
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
