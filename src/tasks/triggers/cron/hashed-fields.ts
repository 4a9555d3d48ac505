import { fieldsOf } from './cron-expression.js';
import { DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, SECOND } from './field-shape.js';
import { PatternError } from './pattern-error.js';

/**
 * Puts numbers in the place of `H`, which stands for "some value, always the same for this seed": a
 * thousand jobs with `H * * * *` spread over the hour. `H/15` begins its steps somewhere in the
 * first quarter, `H(9-17)` stays between the two.
 *
 * @throws PatternError
 */
export function hashed(expression: string, seed: string | undefined): string {
  if (!HAS_HASH.test(expression)) return expression;
  if (seed === undefined) {
    throw new PatternError('expression', expression, 'has an H, which needs a seed: give one');
  }
  const fields = fieldsOf(expression);
  return fields.map((field, i) => replaced(field, SHAPES[i]!, `${seed} ${i}`)).join(' ');
}

const HAS_HASH = /(^|[\s,])H(?=$|[\s,(/])/i;
const ITEM = /^H(?:\((\d{1,2})-(\d{1,2})\))?(?:\/(\d{1,2}))?$/i;

// Every month has a 28th day.
const SHAPES = [
  SECOND,
  MINUTE,
  HOUR,
  { ...DAY_OF_MONTH, max: 28 },
  MONTH,
  DAY_OF_WEEK,
  { name: 'year', min: 1, max: 0 },
];

function replaced(field: string, shape: { name: string; min: number; max: number }, seed: string) {
  return field
    .split(',')
    .map((item) => {
      if (!/^H/i.test(item)) return item;
      const match = ITEM.exec(item);
      const from = Number(match?.[1] ?? shape.min);
      const to = Number(match?.[2] ?? shape.max);
      const step = match?.[3] === undefined ? undefined : Number(match[3]);
      if (!match || from < shape.min || to > shape.max || from > to || step === 0) {
        throw new PatternError(shape.name, item, 'cannot be read: use H, H/5 or H(1-9)');
      }
      const value = from + (hashOf(seed) % Math.min(step ?? Infinity, to - from + 1));
      return step === undefined ? String(value) : `${value}-${to}/${step}`;
    })
    .join(',');
}

/** FNV-1a, in 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
