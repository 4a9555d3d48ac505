import { describe, expect, it } from 'vitest';
import { parseTrigger } from './parse-trigger.js';

describe('a date trigger', () => {
  const at = new Date('2026-03-02T12:00:00.250Z');
  const shifted = (ms: number) => new Date(at.getTime() + ms);
  const trigger = parseTrigger({ type: 'date', at: at.toISOString() });

  it('fires once, strictly after what it is asked for', () => {
    expect(trigger.next(shifted(-1))).toEqual(at);
    expect(trigger.next(at)).toBeNull();
    expect(trigger.next(shifted(1))).toBeNull();
  });

  it('has fired strictly before what it is asked for', () => {
    expect(trigger.previous(shifted(1))).toEqual(at);
    expect(trigger.previous(at)).toBeNull();
    expect(trigger.previous(shifted(-1))).toBeNull();
  });
});
