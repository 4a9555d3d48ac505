/** As much of `@nestjs/config` as documents use: a package that hosts have, and we do not. */
export declare class ConfigModule {}

export declare class ConfigService {
  getOrThrow<T = string>(name: string): T;
}
