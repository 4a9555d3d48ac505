/** A host with a database of its own under a name of its own, and ScheduleModule left where it was. */
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { TaskContext, TaskOptions, TasksModule } from 'carillon';
import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm';

const url = process.env['DATABASE_URL']!;

@Entity('effects')
class Effect {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  job!: string;

  @Column('timestamptz')
  fireAt!: Date;

  @Column('int')
  process!: number;
}

@Injectable()
class Effects {
  constructor(@InjectRepository(Effect, 'warehouse') readonly effects: Repository<Effect>) {}

  async record(): Promise<void> {
    const { jobId: job, fireAt } = TaskContext.current()!;
    await this.effects.insert({ job, fireAt, process: process.pid });
  }
}

@Injectable()
class Orders {
  constructor(private readonly effects: Effects) {}

  @TaskOptions({ transactional: true })
  @Cron(CronExpression.EVERY_SECOND, { name: 'cron' })
  async each(): Promise<void> {
    await this.effects.record();
  }

  @Interval('interval', 1_000)
  async often(): Promise<void> {
    await this.effects.record();
  }

  @Timeout('timeout', 100)
  async once(): Promise<void> {
    await this.effects.record();
  }

  @TaskOptions({ transactional: true })
  @Interval('failing', 1_000)
  async fail(): Promise<void> {
    await this.effects.record();
    throw new Error('nothing of this may stay');
  }
}

@Module({
  imports: [ScheduleModule.forRoot(), TypeOrmModule.forFeature([Effect], 'warehouse')],
  providers: [Effects, Orders],
})
class Shop {}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    Shop,
    TypeOrmModule.forRoot({
      name: 'warehouse',
      type: 'postgres',
      url,
      autoLoadEntities: true,
      synchronize: false,
    }),
    TasksModule.forRoot({ databaseUrl: url, dataSource: 'warehouse' }),
  ],
})
class App {}

const app = await NestFactory.createApplicationContext(App);
app.enableShutdownHooks();
