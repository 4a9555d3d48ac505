import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../domain/clock.js';
import { UnavailableError } from '../../domain/errors.js';
import { ClusterStore } from '../../store/cluster-store.js';
import { sessionCookie } from './session-cookie.js';
import { SessionSeal, type Session } from './session-seal.js';

/** The sessions of browsers, on whichever node they were begun and ended. */
@Injectable()
export class Sessions {
  constructor(
    private readonly seal: SessionSeal,
    private readonly cluster: ClusterStore,
    private readonly clock: Clock,
  ) {}

  /** The session that a request belongs to; null: it has none that is good. */
  async of(headers: IncomingHttpHeaders): Promise<Session | null> {
    const session = this.sealed(headers);
    return session !== null && (await this.hasEnded(session)) ? null : session;
  }

  /** Ends it on every node: whoever has kept the cookie gets in nowhere. */
  async end(headers: IncomingHttpHeaders): Promise<void> {
    const session = this.sealed(headers);
    if (session) await this.cluster.endSession(session.id, session.endsAt);
  }

  private sealed(headers: IncomingHttpHeaders): Session | null {
    const cookie = sessionCookie(headers);
    return cookie === null ? null : this.seal.open(cookie, this.clock.now());
  }

  /** While the database is away there is little to be seen, and nothing to be changed. */
  private async hasEnded({ id }: Session): Promise<boolean> {
    try {
      return await this.cluster.hasEnded(id);
    } catch (error) {
      if (error instanceof UnavailableError) return false;
      throw error;
    }
  }
}
