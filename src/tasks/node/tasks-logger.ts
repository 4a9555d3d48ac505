import { Logger, type LoggerService } from '@nestjs/common';

/**
 * The host's logger, under our name. All of the library writes to one of these.
 *
 * What can go wrong, and why it does not:
 *
 * - The host's logger throws, for its disk is full or its own code is wrong. Whoever wrote a line
 *   stood in the midst of something: a run that was claimed and not yet started, a loop that tells of
 *   its failure. It goes on as if the line had been written.
 * - It is asynchronous and rejects, where nobody waits for it. That would end the process.
 * - Nobody would ever learn that lines are missing. Node's own warnings tell it, once.
 */
export class TasksLogger extends Logger {
  /** Nest asks for this with each line, also with those that it has kept for later. */
  override get localInstance(): LoggerService {
    // Nest has none where the host has turned logging off.
    const host = super.localInstance as LoggerService | undefined;
    return host ? surviving(host) : SILENCE;
  }
}

const nothing = () => undefined;
const SILENCE: LoggerService = { log: nothing, error: nothing, warn: nothing };

/** The same logger, whose methods neither throw nor return anything. */
function surviving(host: LoggerService): LoggerService {
  return new Proxy(host, {
    get(target, key): unknown {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return (...line: unknown[]) => {
        try {
          const written: unknown = Reflect.apply(method, target, line);
          if (written !== undefined) Promise.resolve(written).catch(tell);
        } catch (error) {
          tell(error);
        }
      };
    },
  });
}

let isTold = false;

function tell(error: unknown): void {
  if (isTold) return;
  isTold = true;
  const reason = error instanceof Error ? error.message : typeof error;
  process.emitWarning(
    `The logger of the application failed, so lines of its log are missing: ${reason}. Mend it; ` +
      'everything else keeps running. This is logged once.',
    'CarillonLogger',
  );
}
