import { expect, it } from 'vitest';
import { fieldsOf } from './schema-fields.js';

it('asks for each field of a flat object by its kind', () => {
  const fields = fieldsOf({
    type: 'object',
    required: ['day'],
    properties: {
      day: { type: 'string', description: 'Which day' },
      team: { type: 'integer' },
      dry: { type: 'boolean' },
      how: { enum: ['fast', 'slow'] },
    },
  });
  expect(fields?.map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ['day', 'text', true],
    ['team', 'number', false],
    ['dry', 'boolean', false],
    ['how', 'choice', false],
  ]);
});

it('leaves to JSON what no form can ask for', () => {
  expect(fieldsOf(null)).toBeNull();
  expect(fieldsOf({ type: 'array' })).toBeNull();
  expect(fieldsOf({ type: 'object', properties: { a: { type: 'object' } } })).toBeNull();
});
