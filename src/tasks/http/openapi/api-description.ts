import type { Type } from '@nestjs/common';
import { openApiDocument } from './openapi-document.js';

/** So many descriptions are kept: a host has one prefix, and a proxy one more. */
const MOST = 8;

/** What a proxy says that it has taken from the path. */
const FORWARDED_PREFIX = /^(\/[\w.~-]+)+$/;

/** The description of the routes that are served. It is made when somebody first asks for it. */
export class ApiDescription {
  private readonly made = new Map<string, object>();

  constructor(
    private readonly controllers: readonly Type[],
    private readonly prefix: string,
    /** Where the description is served. */
    private readonly at: string,
  ) {}

  /**
   * @param url as it was asked for: what a host has put in front of all routes stands there
   * @param forwarded what a proxy says in `X-Forwarded-Prefix`
   */
  documentFor(url: string, forwarded: unknown): object {
    const proxied = typeof forwarded === 'string' && FORWARDED_PREFIX.test(forwarded);
    const before = (proxied ? forwarded : '') + this.before(url);
    const known = this.made.get(before);
    if (known) return known;
    const document = openApiDocument(this.controllers, before + this.prefix);
    if (this.made.size < MOST) this.made.set(before, document);
    return document;
  }

  /** Where sessions are begun, from the folder of the description. */
  get session(): string {
    return this.at === '' ? `${this.prefix.slice(1)}/session` : 'session';
  }

  private before(url: string): string {
    const path = url.replace(/[?#].*$/s, '').toLowerCase();
    const end = path.lastIndexOf(`${this.at}/openapi.json`.toLowerCase());
    return end < 0 ? '' : url.slice(0, end);
  }
}
