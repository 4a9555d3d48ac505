import { describe, expect, it } from 'vitest';
import { NOON } from '../../../test/support/builders.js';
import { tasksEvent } from '../domain/events.js';
import type { ToRunner } from '../engine/messages.js';
import { NodeEvents } from './engine-news.js';

function told(...messages: ToRunner[]) {
  const events = new NodeEvents(() => 'n1');
  return messages.flatMap((message) => {
    const event = events.of(message, NOON);
    return event ? [[event.name, event.data]] : [];
  });
}

describe('the events of a node', () => {
  it('tell that it leads, and that it does no longer, once each', () => {
    const leads = { type: 'leads', leads: true } as const;
    const follows = { type: 'leads', leads: false } as const;
    expect(told(follows, leads, leads, follows, follows)).toEqual([
      ['leader.acquired', { nodeId: 'n1' }],
      ['leader.lost', { nodeId: 'n1' }],
    ]);
  });

  it('tell that the database is gone and back, however often the engine says it', () => {
    const lost = { type: 'database', unreachable: 'connection refused' } as const;
    const back = { type: 'database', unreachable: null } as const;
    expect(told(back, lost, { ...lost, unreachable: 'timeout' }, back, back)).toEqual([
      ['database.lost', { reason: 'connection refused' }],
      ['database.back', {}],
    ]);
  });

  it('pass on what the engine tells as an event, and nothing of the rest', () => {
    const event = tasksEvent('job.unreadable', NOON, { jobId: 'a', reason: 'bad trigger' });
    expect(told({ type: 'event', event }, { type: 'claimed', runs: [] })).toEqual([
      ['job.unreadable', { jobId: 'a', reason: 'bad trigger' }],
    ]);
  });
});
