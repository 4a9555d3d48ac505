import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AccessModule } from '../access/access.module.js';
import { OtherMethodsModule } from '../routes/other-methods.module.js';
import { TasksHttpOptions } from '../tasks-http.options.js';
import { HealthController } from './health.controller.js';
import { InvariantsController } from './invariants.controller.js';

/** `GET /health/live` and `/health/ready`, for every node whatever its roles. */
@Module({
  // Whoever asks gets the reason. Logging it at each question would bury the rest.
  imports: [TerminusModule.forRoot({ logger: false }), OtherMethodsModule.for([HealthController])],
  controllers: [HealthController],
})
export class TasksHealthModule {
  /**
   * The same, and `GET /health/invariants`, which names jobs and asks the database.
   *
   * @param access who may ask for that, as for the API; by default nobody
   */
  static withInvariants(access: Partial<TasksHttpOptions>): DynamicModule {
    return {
      module: TasksHealthModule,
      imports: [
        AccessModule.for(Object.assign(new TasksHttpOptions(), access)),
        OtherMethodsModule.for([InvariantsController]),
      ],
      controllers: [InvariantsController],
    };
  }
}
