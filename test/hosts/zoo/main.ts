/** One of the zoo: the same host on each version of what it stands on. `adapter.ts` differs. */
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, SchedulerRegistry } from '@nestjs/schedule';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Task, TaskContext, TaskOptions, TasksModule } from 'carillon';
import { TasksHealthModule, TasksHttpModule } from 'carillon/http';
import { CronJob } from 'cron';
import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm';
import { makeAdapter } from './adapter.js';

const url = process.env['DATABASE_URL']!;

@Entity('effects')
class Effect {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  job!: string;

  @Column('text')
  run!: string;

  @Column('int')
  process!: number;
}

@Injectable()
class Effects {
  constructor(@InjectRepository(Effect) private readonly effects: Repository<Effect>) {}

  async record(): Promise<void> {
    const { jobId, runId } = TaskContext.current()!;
    await this.effects.insert({ job: jobId, run: runId, process: process.pid });
  }
}

@Injectable()
class Orders implements OnModuleInit {
  constructor(
    private readonly effects: Effects,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  onModuleInit(): void {
    const job = new CronJob(CronExpression.EVERY_SECOND, () => this.effects.record());
    this.scheduler.addCronJob('dynamic', job);
    job.start();
  }

  @Cron(CronExpression.EVERY_SECOND, { name: 'decorated' })
  async each(): Promise<void> {
    await this.effects.record();
  }

  @TaskOptions({ transactional: true })
  @Cron(CronExpression.EVERY_SECOND, { name: 'transactional' })
  async atOnce(): Promise<void> {
    await this.effects.record();
  }

  @TaskOptions({ transactional: true })
  @Cron(CronExpression.EVERY_SECOND, { name: 'rolled-back' })
  async fail(): Promise<void> {
    await this.effects.record();
    throw new Error('nothing of this may stay');
  }

  @Task('on-demand')
  async ask(): Promise<void> {
    await this.effects.record();
  }

  /** Is at work when the process is told to end, and ends its work all the same. */
  @Task('slow')
  async slowly(): Promise<void> {
    console.log('The slow work has begun');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await this.effects.record();
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url, autoLoadEntities: true }),
    TypeOrmModule.forFeature([Effect]),
    TasksModule.forRoot({ databaseUrl: url }),
    TasksHealthModule,
    TasksHttpModule.forRoot({ host: '127.0.0.1', production: false }),
  ],
  providers: [Effects, Orders],
})
class App {}

async function main(): Promise<void> {
  const app = await NestFactory.create(App, makeAdapter(), { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
}

void main();
