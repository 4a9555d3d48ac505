import { describe, expect, it } from 'vitest';
import { parseOrderFile } from './order-file.js';

const line =
  '{"externalId":"a-1","product":"bell","team":"north","amountCents":990,"orderedAt":"2026-11-23T09:00:00+01:00"}';

describe('parseOrderFile', () => {
  it('reads one order a line and passes over empty ones', () => {
    expect(parseOrderFile('a.jsonl', `${line}\r\n\n`)).toEqual([
      {
        externalId: 'a-1',
        product: 'bell',
        team: 'north',
        amountCents: 990,
        orderedAt: new Date('2026-11-23T08:00:00Z'),
      },
    ]);
  });

  it('names the file, the line and the field that it refuses', () => {
    expect(() => parseOrderFile('a.jsonl', `${line}\n${line.replace('990', '-1')}`)).toThrow(
      /^a\.jsonl, line 2: amountCents .*Nothing of it was imported\.$/,
    );
  });

  it('refuses a line that is not JSON', () => {
    expect(() => parseOrderFile('a.jsonl', '{"externalId":')).toThrow('a.jsonl, line 1: ');
  });
});
