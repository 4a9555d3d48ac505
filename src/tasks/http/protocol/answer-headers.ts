import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { etagOf } from './if-match.decorator.js';
import { locationFrom } from './location.js';

/** Headers and statuses of answers, on every server that Nest knows. */
@Injectable()
export class AnswerHeaders {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** @param relative from the request's path, as in a link */
  location(request: unknown, response: unknown, relative: string): void {
    const { httpAdapter } = this.adapterHost;
    const url: string = httpAdapter.getRequestUrl(request) ?? '';
    httpAdapter.setHeader(response, 'Location', locationFrom(url, relative));
  }

  etag(response: unknown, job: { readonly revision: number }): void {
    this.adapterHost.httpAdapter.setHeader(response, 'ETag', etagOf(job));
  }

  status(response: unknown, status: number): void {
    this.adapterHost.httpAdapter.status(response, status);
  }
}
