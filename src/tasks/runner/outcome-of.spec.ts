import { describe, expect, it } from 'vitest';
import { runError, runResult } from './outcome-of.js';

describe('what a handler threw', () => {
  it('has the errors that it sums up, and the fields that it bears', async () => {
    const failed = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (id)=(7) already exists.',
      status: 409,
      password: 'x',
      parameters: ['secret'],
      request: new Map(),
      body: 'x'.repeat(2_000),
    });
    const error = await Promise.any([Promise.reject(failed), Promise.reject(new TypeError('no'))])
      .then(() => null)
      .catch((thrown: unknown) => runError(thrown));
    expect(error).toMatchObject({
      name: 'AggregateError',
      errors: [
        {
          message: 'duplicate key',
          fields: {
            code: '23505',
            detail: 'Key (id)=(7) already exists.',
            status: 409,
            password: '[redacted]',
          },
        },
        { name: 'TypeError', message: 'no' },
      ],
    });
    expect(Object.keys(error!.errors![0]!.fields!)).toHaveLength(4);
  });

  it('is kept with its name, message and stack', () => {
    const error = new RangeError('too much');
    expect(runError(error)).toEqual({
      name: 'RangeError',
      message: 'too much',
      stack: error.stack,
    });
  });

  it('is kept with what caused it, and with what caused that', () => {
    const root = new Error('connection reset');
    const error = new Error('no report', { cause: new TypeError('no rows', { cause: root }) });
    expect(runError(error)).toMatchObject({
      message: 'no report',
      cause: { name: 'TypeError', message: 'no rows', cause: { message: 'connection reset' } },
    });
    expect(runError(new Error('x', { cause: 'just text' })).cause).toEqual({
      name: 'Error',
      message: 'just text',
    });
  });

  it('may be caused by itself', () => {
    const error = new Error('round');
    error.cause = error;
    const depth = (kept: ReturnType<typeof runError> | undefined): number =>
      kept ? 1 + depth(kept.cause) : 0;
    expect(depth(runError(error))).toBe(6);
  });

  it('need not be an error', () => {
    const message = (thrown: unknown) => runError(thrown).message;
    expect(message('text')).toBe('text');
    expect(message({ code: 7 })).toBe('{"code":7}');
    expect([message(null), message(undefined), message(1n)]).toEqual(['null', 'undefined', '1']);
  });

  it('need not be fit to be described', () => {
    const mute = Object.assign(Object.create(null) as object, { big: 1n });
    const nasty = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    for (const thrown of [mute, nasty]) {
      expect(runError(thrown)).toMatchObject({
        name: 'Error',
        message: expect.any(String) as string,
      });
    }
  });

  it('is kept without what stands under a secret key', () => {
    const thrown = { code: 7, token: 'abc' };
    expect(runError(new Error('x', { cause: thrown }), [/token/]).cause?.message).toBe(
      '{"code":7,"token":"[redacted]"}',
    );
  });

  it('is cut where it is long, and mended where it cannot be stored', () => {
    expect(runError(new Error('x'.repeat(20_000))).message).toHaveLength(16_000);
    expect(runError(`a\0b\ud800`).message).toBe('a\ufffdb\ufffd');
  });
});

describe('what a handler returned', () => {
  it('is kept as its JSON', () => {
    const value = { at: new Date(0), gone: undefined, list: [1, 'ü'] };
    expect(runResult(value)).toEqual({ value: { at: '1970-01-01T00:00:00.000Z', list: [1, 'ü'] } });
    expect(runResult(null)).toEqual({ value: null });
    expect(runResult(0)).toEqual({ value: 0 });
  });

  it('is nothing when it has no JSON', () => {
    expect([runResult(undefined), runResult(() => 1)]).toEqual([{}, {}]);
  });

  it('is not kept when it cannot be written as JSON, and it is said why', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(runResult(circle).lost).toMatch(/^what stands at self contains itself/);
    expect(runResult(1n).lost).toMatch(/BigInt/);
    expect(runResult(circle)).not.toHaveProperty('value');
  });

  it('is not kept when it is large', () => {
    expect(runResult('x'.repeat(65_534))).toHaveProperty('value');
    expect(runResult('x'.repeat(65_535))).toEqual({ lost: 'it has 65537 characters of JSON' });
  });

  it('is kept without what stands under a secret key', () => {
    expect(runResult({ rows: 3, token: 'abc' }, [/token/])).toEqual({
      value: { rows: 3, token: '[redacted]' },
    });
  });

  it('is mended where it cannot be stored', () => {
    expect(runResult({ a: '\0' })).toEqual({ value: { a: '\ufffd' } });
  });
});
