import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ApiDescription } from './api-description.js';
import { OpenApiController } from './openapi.controller.js';

/** `openapi.json` and `docs`, under the prefix of the routes that they describe: hosts have their own. */
@Module({})
export class OpenApiModule {
  static for(access: DynamicModule, controllers: readonly Type[], prefix: string): DynamicModule {
    return {
      module: OpenApiModule,
      imports: [access],
      controllers: [OpenApiController],
      providers: [{ provide: ApiDescription, useValue: new ApiDescription(controllers, prefix) }],
    };
  }
}
