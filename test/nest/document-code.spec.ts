/** What a reader copies compiles. */
import { describe, expect, it } from 'vitest';
import { BLOCKS } from '../documents/blocks.js';
import { complaintsOf } from '../documents/compile.js';
import { RECIPES } from '../recipes/parts.js';

/** Recipes are files that are compiled by themselves. */
const isRecipe = (code: string) => [...RECIPES.values()].includes(code);

const CODE = BLOCKS.filter(
  ({ language, code }) => ['ts', 'diff'].includes(language) && !isRecipe(code),
);

const WRONG = { at: 'nowhere:1', language: 'ts', code: "await tasks.wakeJob('daily-report');" };

describe('the documents', () => {
  it('hold code that compiles, and would be told of any that does not', () => {
    expect(CODE.length).toBeGreaterThan(15);
    expect(complaintsOf([...CODE, WRONG])).toEqual([
      expect.stringMatching(/^nowhere:1: Property 'wakeJob' does not exist/),
    ]);
  });
});
