import { describe, expect, it } from 'vitest';
import { isStorable, storableJson, storableText } from './storable.js';

const HALF = '\ud800';

describe('isStorable', () => {
  it('takes whatever text and JSON PostgreSQL can hold', () => {
    for (const value of ['', 'ü€😀\u0001', 7, null, true, [], {}, { a: [{ b: 'c' }] }]) {
      expect(isStorable(value)).toBe(true);
    }
  });

  it('finds the characters that it cannot hold, however deep, in keys too', () => {
    for (const bad of ['\0', HALF]) {
      for (const value of [bad, [bad], { a: [{ b: `x${bad}` }] }, { [bad]: 1 }]) {
        expect(isStorable(value)).toBe(false);
      }
    }
  });
});

describe('storableJson', () => {
  it('is the JSON of the value', () => {
    const value = { at: new Date(0), list: [1, undefined, 'ü'], gone: undefined };
    expect(storableJson(value)).toBe('{"at":"1970-01-01T00:00:00.000Z","list":[1,null,"ü"]}');
  });

  it('mends what cannot be stored', () => {
    expect(storableJson({ [`k\0`]: [`v${HALF}`] })).toBe('{"k\ufffd":["v\ufffd"]}');
  });

  it('is undefined for what has no JSON', () => {
    expect(storableJson(undefined)).toBeUndefined();
    expect(storableJson(() => 1)).toBeUndefined();
  });

  it('throws for what cannot be written as JSON', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => storableJson(circle)).toThrow(TypeError);
    expect(() => storableJson(1n)).toThrow(TypeError);
  });

  it('survives a toJSON that gives something unstorable', () => {
    expect(storableJson({ toJSON: () => 'a\0b' })).toBe('"a\ufffdb"');
  });
});

describe('storableText', () => {
  it('replaces what cannot be stored', () => {
    expect(storableText(`a\0b${HALF}c😀`)).toBe('a\ufffdb\ufffdc😀');
  });
});
