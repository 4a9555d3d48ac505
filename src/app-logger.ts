import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { AppConfig } from './app.config.js';
import { runFields } from './tasks/index.js';

const LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;

/** What Nest says of each module, controller and route: of use to who looks for a mistake in them. */
const DETAILS = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

type JsonOptions = Parameters<ConsoleLogger['getJsonLogObject']>[1];

/** The log of the application: lines for people, or JSON whose lines say in which run they were written. */
export class AppLogger extends ConsoleLogger {
  constructor({ format, level }: AppConfig['log']) {
    const least: LogLevel = level === 'info' ? 'log' : level;
    super({
      json: format === 'json',
      flattenParams: true,
      logLevels: LEVELS.slice(0, LEVELS.indexOf(least) + 1),
    });
  }

  protected override getJsonLogObject(message: unknown, options: JsonOptions) {
    return { ...super.getJsonLogObject(message, options), ...runFields() };
  }

  override log(message: unknown, ...more: unknown[]): void {
    const context = more.at(-1);
    if (typeof context === 'string' && DETAILS.has(context)) super.debug(message, ...more);
    else super.log(message, ...more);
  }
}
