import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { OtherMethodsModule } from '../routes/other-methods.module.js';

/** `GET /health/live` and `/health/ready`, for every node whatever its roles. */
@Module({
  // Whoever asks gets the reason. Logging it at each question would bury the rest.
  imports: [TerminusModule.forRoot({ logger: false }), OtherMethodsModule.for([HealthController])],
  controllers: [HealthController],
})
export class TasksHealthModule {}
