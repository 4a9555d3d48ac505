import type { Type } from '@nestjs/common';
import { openApiDocument } from './openapi-document.js';

/** The description of the routes that are served. It is made when somebody first asks for it. */
export class ApiDescription {
  private made: object | null = null;

  constructor(
    private readonly controllers: readonly Type[],
    private readonly prefix: string,
    /** Where the description is served. */
    private readonly at: string,
  ) {}

  get document(): object {
    return (this.made ??= openApiDocument(this.controllers, this.prefix, this.at));
  }
}
