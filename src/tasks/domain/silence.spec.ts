import { beforeEach, expect, it } from 'vitest';
import { Silence } from './silence.js';

const DEAD_AFTER_MS = 10_000;
const HEARTBEAT_MS = 2_000;

let silence: Silence;
beforeEach(() => {
  silence = new Silence(DEAD_AFTER_MS, HEARTBEAT_MS);
});

const isDead = (now: number, sign: string, silentMs = 0) =>
  silence.isDead('north', { sign, silentMs }, now);

it('is that of the dead once no sign has come for so long', () => {
  expect(isDead(1_000, 'a')).toBe(false);
  expect(isDead(10_999, 'a')).toBe(false);
  expect(isDead(11_000, 'a')).toBe(true);
});

it('ends with each sign', () => {
  for (let now = 0; now < 60_000; now += 5_000) expect(isDead(now, `sign ${now}`)).toBe(false);
});

it('counts what came before it was looked at, but for the last half of it', () => {
  expect(isDead(0, 'a', 3_600_000)).toBe(false);
  expect(isDead(DEAD_AFTER_MS / 2 - 1, 'a', 3_604_999)).toBe(false);
  expect(isDead(DEAD_AFTER_MS / 2, 'a', 3_605_000)).toBe(true);
});

it('is not that of the dead when the clock of the database is set forward', () => {
  for (let now = 0; now < 20_000; now += 1_000) {
    // From the tenth second on the last sign looks as if it were a minute old.
    const beat = Math.floor(now / HEARTBEAT_MS);
    expect(isDead(now, `beat ${beat}`, now < 10_000 ? 500 : 60_000)).toBe(false);
  }
});

it('is forgotten of whom nobody asks for any more', () => {
  expect(isDead(0, 'a')).toBe(false);
  silence.keep(new Set());
  expect(isDead(20_000, 'a')).toBe(false);
});
