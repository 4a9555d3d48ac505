import { Body, Delete, HttpCode, Post, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { z } from 'zod';
import { Clock } from '../../domain/clock.js';
import type { GuardedRequest } from '../protocol/guarded-request.js';
import { bearerOf, unknownKey } from './access.js';
import { ApiController } from './api-controller.decorator.js';
import { findApiKey, API_ROLES } from '../api-key.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { Operation } from '../protocol/operation.decorator.js';
import { ProblemException } from '../protocol/problem.js';
import { Refusals } from './refusals.js';
import { Requires } from './requires.decorator.js';
import { setSessionCookie } from './session-cookie.js';
import { SessionSeal } from './session-seal.js';
import { Sessions } from './sessions.js';
import { TasksHttpOptions } from '../tasks-http.options.js';
import { checkedBy } from '../protocol/input.pipe.js';

const newSessionSchema = z
  .strictObject({
    /** Instead of the header Authorization. */
    key: z.string().min(1).max(500).exactOptional(),
  })
  .prefault({});

const sessionSchema = z
  .object({ name: z.string(), role: z.enum(API_ROLES), endsAt: z.date() })
  .meta({ id: 'Session' });

/** Sessions for browsers: a key is handed in once, and a cookie stands for it from then on. */
@ApiController('session')
export class SessionController {
  constructor(
    private readonly options: TasksHttpOptions,
    private readonly seal: SessionSeal,
    private readonly sessions: Sessions,
    private readonly attempts: AttemptLimiter,
    private readonly refusals: Refusals,
    private readonly clock: Clock,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Post()
  @Requires('anyone')
  @HttpCode(200)
  @Operation({
    summary: 'Sign in: begin a session for a key',
    answers: { 200: sessionSchema },
    problems: [401, 429],
    examples: [{ title: 'A key that nobody knows', body: { key: 'not-a-key' }, status: 401 }],
  })
  begin(
    @Body(checkedBy(newSessionSchema)) body: z.infer<typeof newSessionSchema>,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) response: unknown,
  ) {
    try {
      return this.begun(body.key, request, response);
    } catch (error) {
      const change = { actor: null, address: request.ip ?? '', method: 'POST', path: 'session' };
      this.refusals.noteIfRefused(error, change);
      throw error;
    }
  }

  private begun(bodyKey: string | undefined, request: GuardedRequest, response: unknown) {
    const now = this.clock.now();
    const address = request.ip ?? '';
    const given = bodyKey ?? bearerOf(request.headers) ?? '';
    if (given === '')
      throw new ProblemException(401, 'unauthorized', 'Send an API key to sign in: {"key": "…"}.');
    const key = findApiKey(this.options.keys, given);
    if (key === null) {
      this.attempts.refuse(address, now);
      throw new ProblemException(401, 'unknown-key', unknownKey(this.options));
    }
    const endsAt = new Date(now.getTime() + this.options.sessionMs);
    const seconds = Math.floor(this.options.sessionMs / 1_000);
    this.setCookie(request, response, this.seal.seal(given, endsAt), seconds);
    return { name: key.name, role: key.role, endsAt };
  }

  @Delete()
  @Requires('anyone')
  @HttpCode(204)
  @Operation({
    summary: 'Sign out: end the session of this browser, on every node',
    answers: { 204: null },
    problems: [503],
    examples: [{ title: 'Without a session', status: 204 }],
  })
  async end(
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    await this.sessions.end(request.headers);
    this.setCookie(request, response, '', 0);
  }

  private setCookie(request: GuardedRequest, response: unknown, value: string, seconds: number) {
    const cookie = setSessionCookie(value, seconds, request.headers);
    this.adapterHost.httpAdapter.setHeader(response, 'Set-Cookie', cookie);
  }
}
