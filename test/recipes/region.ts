// recipe
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';

@Injectable()
export class EuropeanExport {
  @Cron('0 4 * * *', { name: 'export-eu', timeZone: 'Europe/Berlin' })
  async write(): Promise<void> {
    /* … */
  }
}

@Module({})
export class ExportsModule {
  /** Only processes of the region have the provider, so only they know the task. */
  static forRegion(region: string): DynamicModule {
    return { module: ExportsModule, providers: region === 'eu' ? [EuropeanExport] : [] };
  }
}
// end
