import {
  Controller,
  Get,
  Injectable,
  Param,
  Req,
  Res,
  StreamableFile,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HostGuards } from '../http/access/host-guards.js';
import { ProblemException } from '../http/protocol/problem.js';
import { TasksErrorFilter } from '../http/protocol/tasks-error.filter.js';
import { PageFiles } from './page-files.js';
import { apiFrom, baseOf, pageHtml } from './page-html.js';
import { TasksDashboardOptions } from './tasks-dashboard.options.js';

/** Nothing is run or shown that is not a file of the page, and it is framed by nobody. */
const PAGE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; " +
    "frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Their names change with what is in them, so a browser never asks for the same one twice. */
const ASSET_HEADERS = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  'Referrer-Policy': 'same-origin',
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Lets in whom all guards of the host let in. */
@Injectable()
class DashboardGuard implements CanActivate {
  constructor(private readonly guards: HostGuards) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const decision = await this.guards.decide(context, 'anyone');
    if (!('refusal' in decision)) return true;
    const { status, code, detail } = decision.refusal;
    throw new ProblemException(status, code, detail);
  }
}

/**
 * Serves the one page under each of its addresses, and the files that it is made of. The addresses are
 * named one by one: what is none of them stays with the application.
 */
@Controller()
@UseGuards(DashboardGuard)
@UseFilters(TasksErrorFilter)
export class DashboardController {
  constructor(
    private readonly files: PageFiles,
    private readonly options: TasksDashboardOptions,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get()
  root(@Req() request: unknown, @Res({ passthrough: true }) response: unknown) {
    return this.page(this.pathOf(request), 0, response);
  }

  @Get(['jobs', 'new-job', 'runs', 'schedule', 'cluster', 'audit', 'settings'])
  list(@Req() request: unknown, @Res({ passthrough: true }) response: unknown) {
    return this.page(this.pathOf(request), 1, response);
  }

  @Get(['jobs/:id', 'runs/:id'])
  one(@Req() request: unknown, @Res({ passthrough: true }) response: unknown) {
    return this.page(this.pathOf(request), 2, response);
  }

  @Get('jobs/:id/edit')
  edit(@Req() request: unknown, @Res({ passthrough: true }) response: unknown) {
    return this.page(this.pathOf(request), 3, response);
  }

  @Get('assets/:file')
  asset(
    @Param('file') name: string,
    @Req() request: { readonly headers: Readonly<Record<string, string | undefined>> },
    @Res({ passthrough: true }) response: unknown,
  ): StreamableFile {
    const file = this.files.asset(name, request.headers['accept-encoding'] ?? '');
    if (file === null) {
      throw new ProblemException(404, 'not-found', `The dashboard has no file "${name}".`);
    }
    this.set(response, {
      ...ASSET_HEADERS,
      ...(file.encoding !== null && { 'Content-Encoding': file.encoding }),
    });
    return new StreamableFile(file.content, { type: file.type, length: file.content.length });
  }

  /** @param depth how many segments of the path are the page's own */
  private page(path: string, depth: number, response: unknown): StreamableFile {
    this.set(response, PAGE_HEADERS);
    const base = baseOf(path, depth);
    const html = pageHtml(this.files.index, base, apiFrom(this.options));
    return new StreamableFile(Buffer.from(html), { type: 'text/html; charset=utf-8' });
  }

  private pathOf(request: unknown): string {
    const url: string = this.adapterHost.httpAdapter.getRequestUrl(request) ?? '/';
    return url.replace(/[?#].*$/s, '');
  }

  private set(response: unknown, headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      this.adapterHost.httpAdapter.setHeader(response, name, value);
    }
  }
}
