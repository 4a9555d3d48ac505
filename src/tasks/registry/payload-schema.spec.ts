import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validPayload } from './payload-schema.js';

describe.each([null, undefined])('a job without a payload (%s)', (none) => {
  it.each([
    ['optional', z.string().optional(), undefined],
    ['nullable', z.string().nullable(), null],
    ['nullish', z.string().nullish(), undefined],
    ['defaulted', z.string().default('yesterday'), 'yesterday'],
  ])('passes a schema that is %s', async (_, schema, expected) => {
    await expect(validPayload('report', schema, none)).resolves.toBe(expected);
  });

  it('is refused where one is needed', async () => {
    await expect(validPayload('report', z.string(), none)).rejects.toThrow('"report" was refused');
  });
});
