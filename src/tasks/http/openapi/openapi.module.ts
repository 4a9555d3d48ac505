import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ApiDescription } from './api-description.js';
import { OtherMethodsModule } from '../routes/other-methods.module.js';
import { OpenApiController } from './openapi.controller.js';

/** `/openapi.json` and `/docs` under the prefix of the routes that they describe. */
@Module({})
export class OpenApiModule {
  static for(access: DynamicModule, controllers: readonly Type[], prefix: string): DynamicModule {
    const description = new ApiDescription(controllers, prefix, prefix);
    const router = RouterModule.register([{ path: prefix, module: OpenApiModule }]);
    return { module: OpenApiModule, ...serving(description, prefix, [access, router]) };
  }
}

/** The same at the root of an application that is there for nothing else. */
@Module({})
export class RootOpenApiModule {
  static for(access: DynamicModule, controllers: readonly Type[], prefix: string): DynamicModule {
    const description = new ApiDescription(controllers, prefix, '');
    return { module: RootOpenApiModule, ...serving(description, '', [access]) };
  }
}

const serving = (description: ApiDescription, prefix: string, imports: DynamicModule[]) => ({
  imports: [...imports, OtherMethodsModule.for([OpenApiController], prefix)],
  controllers: [OpenApiController],
  providers: [{ provide: ApiDescription, useValue: description }],
});
