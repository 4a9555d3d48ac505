import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcessConfig, type AppConfig } from './app.config.js';
import { AppLogger } from './app-logger.js';
import { AppModule } from './app.module.js';
import { startWords } from './start-words.js';
import { TasksService } from './tasks/index.js';

/** The largest body that is read. */
const BODY_LIMIT = '1mb';

/** How long the last lines of a start wait for a leader, who would say so after them. In ms. */
const LEADER_MS = 5_000;

/**
 * Runs until SIGTERM or SIGINT. What was opened is given back in the end, also when a later step
 * fails. Signals that follow the first change nothing: npm and a terminal both send them twice.
 */
async function main(): Promise<void> {
  const signalled = nextSignal();
  const config = readProcessConfig();
  Logger.overrideLogger(new AppLogger(config.log));
  const logger = new Logger('Carillon');
  for (const warning of config.warnings) logger.warn(warning);
  const database = await openDatabase(config, logger);
  try {
    let opened: () => void = () => undefined;
    const listening = new Promise<void>((resolved) => (opened = resolved));
    const app = await createApp(config, database.url, listening);
    try {
      await listen(app, config);
      const url = await app.getUrl();
      logger.log(`Listening on ${url}${config.api ? `, API under ${config.api.prefix}` : ''}`);
      opened();
      void tellStart(app, config, logger, url);
      logger.log(`Stopping on ${await signalled}`);
    } finally {
      await app.close();
    }
  } finally {
    await database.release();
  }
}

/** Once the node is at work and somebody leads, so that it is the last that a start says. */
async function tellStart(
  app: NestExpressApplication,
  { dashboard }: AppConfig,
  logger: Logger,
  url: string,
): Promise<void> {
  const tasks = app.get(TasksService);
  try {
    await tasks.ready();
    // A process manager waits for it before it ends the process that this one replaces.
    process.send?.('ready');
    await within(LEADER_MS, async () => (await tasks.getLeader()).nodeId !== null);
    logger.log(await startWords(tasks));
  } catch {
    // Where the database is away the node has said so, and the page says it too.
  }
  if (dashboard) logger.log(`Dashboard: ${url}/`);
}

async function within(ms: number, isTrue: () => Promise<boolean>): Promise<void> {
  const enough = performance.now() + ms;
  while (!(await isTrue()) && performance.now() < enough) await sleep(100);
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((heard) => {
    process.on('SIGTERM', heard);
    process.on('SIGINT', heard);
  });
}

interface Database {
  readonly url: string;
  release(): Promise<void>;
}

async function openDatabase(config: AppConfig, logger: Logger): Promise<Database> {
  if (config.databaseUrl !== null) {
    return { url: config.databaseUrl, release: () => Promise.resolve() };
  }
  const { joinEmbeddedPostgres } = await import('./embedded-postgres/embedded-postgres.js');
  return joinEmbeddedPostgres({
    dataDir: resolve('.data'),
    log: (sentence) => logger.log(sentence),
  });
}

async function createApp(
  config: AppConfig,
  databaseUrl: string,
  listening: Promise<void>,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.for(config, databaseUrl, listening),
    // A kept-alive connection must not hold up the exit, nor a failed start skip the release.
    { bodyParser: false, forceCloseConnections: true, abortOnError: false },
  );
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.disable('x-powered-by');
  // The API names a job's revision in it; one made from the body would be taken for that.
  app.disable('etag');
  return app;
}

async function listen(app: NestExpressApplication, { port, host }: AppConfig): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} on ${host} is taken. Stop what uses it, or set PORT to another one.`,
      { cause: error },
    );
  }
}

/** A plain `Error` was written for whoever starts the application; any other is a defect. */
function describe(error: unknown): unknown {
  return error instanceof Error && error.constructor === Error ? error.message : error;
}

// While we wait for something whose own handles are unreferenced, Node would exit with 0.
setInterval(() => undefined, 60_000);

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(describe(error));
    process.exit(1);
  },
);
