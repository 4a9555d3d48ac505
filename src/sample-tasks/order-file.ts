import { z } from 'zod';
import type { Order } from './order.entity.js';

const orderSchema = z.strictObject({
  externalId: z.string().min(1).max(100),
  product: z.string().min(1),
  team: z.string().min(1),
  amountCents: z.int32().nonnegative(),
  orderedAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});

/**
 * The orders of a file with one JSON object a line; empty lines do not count.
 *
 * @throws Error naming the file and the line, so that whoever sent it can mend it
 */
export function parseOrderFile(name: string, content: string): Order[] {
  return content.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const parsed = orderSchema.safeParse(jsonOf(line));
    if (parsed.success) return [parsed.data];
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new Error(
      `${name}, line ${i + 1}: ${problems.join('; ').trim()}. Nothing of it was imported.`,
    );
  });
}

/** Undefined for what is not JSON: the schema says then what it expects instead. */
function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
