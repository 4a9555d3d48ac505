import { Get, Headers, Param, Req, Res, StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiController } from '../access/api-controller.decorator.js';
import { ProblemException } from '../protocol/problem.js';
import { Requires } from '../access/requires.decorator.js';
import { PAGE_HEADERS } from '../protocol/security-headers.js';
import { ApiDescription } from './api-description.js';
import { docsAsset, docsPage } from './docs-page.js';

/** The description of the API: for programs, and as a page to read and try. */
@ApiController()
export class OpenApiController {
  constructor(
    private readonly description: ApiDescription,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get('openapi.json')
  @Requires('viewer')
  document(@Req() request: unknown, @Headers('x-forwarded-prefix') forwarded: unknown) {
    const url: string = this.adapterHost.httpAdapter.getRequestUrl(request) ?? '';
    return this.description.documentFor(url, forwarded);
  }

  @Get('docs')
  @Requires('page')
  page(@Req() request: unknown, @Res({ passthrough: true }) response: unknown) {
    const { httpAdapter } = this.adapterHost;
    const url: string = httpAdapter.getRequestUrl(request) ?? '';
    for (const [name, value] of Object.entries(PAGE_HEADERS)) {
      httpAdapter.setHeader(response, name, value);
    }
    return new StreamableFile(Buffer.from(docsPage(url, this.description.session)), {
      type: 'text/html; charset=utf-8',
    });
  }

  @Get('docs/:asset')
  @Requires('page')
  asset(@Param('asset') name: string): StreamableFile {
    const asset = docsAsset(name);
    if (asset !== null) return new StreamableFile(asset.content, { type: asset.type });
    throw new ProblemException(404, 'not-found', `The documentation has no file "${name}".`);
  }
}
