import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { SeenJob } from '../../domain/job-requests.js';
import { etagOf } from './job-tag.js';
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

  /** @param shown what else of the job is shown. Default: nothing that a fire changes */
  etag(response: unknown, job: SeenJob, shown?: object): string {
    const tag = etagOf(job, shown);
    this.adapterHost.httpAdapter.setHeader(response, 'ETag', tag);
    return tag;
  }

  status(response: unknown, status: number): void {
    this.adapterHost.httpAdapter.status(response, status);
  }
}
