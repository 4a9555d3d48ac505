import { Get, Headers, Req, Res } from '@nestjs/common';
import { ApiController } from '../access/api-controller.decorator.js';
import { callerOf } from '../access/caller.js';
import type { GuardedRequest } from '../protocol/guarded-request.js';
import { Operation } from '../protocol/operation.decorator.js';
import { ProblemException } from '../protocol/problem.js';
import { Requires } from '../access/requires.decorator.js';
import type { FrameworkResponse } from './event-stream.js';
import { EventStreams } from './event-streams.js';

/** What happens in the cluster, as it happens. */
@ApiController('events')
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'What changes, in the whole cluster, as server-sent events',
    description:
      'Events job, run, cluster, leader and node say by ids and revisions what has changed; ' +
      'reset says that there was too much to tell, so that all must be read anew.',
    answers: { 200: null },
    problems: [429, 503],
    headers: ['Last-Event-ID'],
    mediaType: 'text/event-stream',
  })
  listen(
    @Headers('last-event-id') lastId: string | undefined,
    @Req() request: GuardedRequest,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    const since = sinceOf(lastId);
    if (request.method === 'HEAD') return this.streams.head(response);
    return this.streams.serve(response, since, counted(request));
  }
}

/** Streams are counted by who listens and from where: one key may be that of a whole team. */
const counted = (request: GuardedRequest) => `${callerOf(request)?.name ?? ''} ${request.ip ?? ''}`;

/** The id of an event is when it was told, by the database's clock. */
function sinceOf(id: string | undefined): Date | null {
  if (id === undefined || id === '') return null;
  if (/^\d{1,15}$/.test(id)) return new Date(Number(id));
  throw new ProblemException(
    400,
    'malformed',
    'The header Last-Event-ID must be the id of an event. Leave it out to begin anew.',
  );
}
