import { ScheduleModule } from '@nestjs/schedule';

/** What `ScheduleModule` may be told. Not all versions name the type, but all have it. */
export type ScheduleModuleOptions = NonNullable<Parameters<typeof ScheduleModule.forRoot>[0]>;

/** The method by which an explorer wraps each method that it finds. */
export const WRAP = 'wrapFunctionInTryCatchBlocks';

/**
 * The prototype of the class that finds and wraps decorated methods: what monitoring agents patch.
 * Not all versions of `@nestjs/schedule` export it, but all provide it in their module. Null: this
 * version wraps in another way.
 */
export const stockExplorer: object | null =
  (ScheduleModule.forRoot().providers ?? [])
    .map((provider) => ('prototype' in provider ? (provider.prototype as object) : {}))
    .find((prototype) => WRAP in prototype) ?? null;
