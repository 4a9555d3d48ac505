import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Inject,
  Module,
  RequestMethod,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { problem } from '../protocol/problem.js';
import { SECURITY_HEADERS } from '../protocol/security-headers.js';
import { otherMethods, type OtherMethod } from './other-methods.js';

/** Of these controllers, below that prefix. */
interface Answered {
  readonly prefix: string;
  readonly others: readonly OtherMethod[];
}

const ANSWERED = Symbol('carillon: paths and the methods that they do not take');

/**
 * Answers 405 with `Allow` where the path is right and the method is not, and says the same to OPTIONS. It
 * tells nothing that the description of the API does not, so nobody needs a key for it.
 *
 * It stands before the routes instead of being hundreds of them, which Nest would list in every start's log.
 */
@Module({})
export class OtherMethodsModule implements NestModule {
  constructor(@Inject(ANSWERED) private readonly answered: Answered) {}

  /** @param prefix what stands before the paths of these controllers */
  static for(controllers: readonly Type[], prefix = ''): DynamicModule {
    const useValue: Answered = { prefix, others: otherMethods(controllers) };
    return { module: OtherMethodsModule, providers: [{ provide: ANSWERED, useValue }] };
  }

  configure(consumer: MiddlewareConsumer): void {
    const { prefix, others } = this.answered;
    const paths = [...new Set(others.map(({ path }) => path))];
    consumer
      .apply(answerOthers(paths, this.answered))
      .forRoutes(...paths.map((path) => ({ path: prefix + path, method: RequestMethod.ALL })));
  }
}

type Next = () => void;
type Request = IncomingMessage & { readonly originalUrl?: string };

/** The first path that fits decides: those with fewer parameters come first. */
function answerOthers(paths: readonly string[], { prefix, others }: Answered) {
  const table = paths.map((path) => ({
    pattern: patternOf(prefix + path),
    others: others.filter((other) => other.path === path),
  }));
  return (request: Request, response: ServerResponse, next: Next): void => {
    const { originalUrl = request.url ?? '', method } = request;
    const path = originalUrl.replace(/[?#].*$/s, '');
    const found = table.find(({ pattern }) => pattern.test(path));
    // Where GET goes, HEAD goes, too.
    const asked = method === 'HEAD' ? 'GET' : method;
    const other = found?.others.find((one) => one.method === asked);
    if (other) answer(other, method ?? '', response);
    else next();
  };
}

/** A host may have put something in front of it. */
function patternOf(path: string): RegExp {
  const plain = path.replace(/\/$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${plain.replaceAll(/:\w+/g, '[^/]+')}/?$`);
}

function answer({ allow, method }: OtherMethod, asked: string, response: ServerResponse): void {
  const headers = { ...SECURITY_HEADERS, Allow: allow };
  if (method === 'OPTIONS') {
    response.writeHead(204, headers).end();
    return;
  }
  const detail = `${asked} is not possible here. This path takes ${allow}.`;
  response.writeHead(405, { ...headers, 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify(problem(405, 'method-not-allowed', detail)));
}
