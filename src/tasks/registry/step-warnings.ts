import { oddSteps } from '../triggers/odd-steps.js';

/**
 * What steps of an expression stand for that hardly mean what they seem to, each with the remedy.
 *
 * @param expression as a host wrote it; none of what is no text
 * @param where whose expression it is
 */
export function stepWarnings(expression: unknown, where: string): readonly string[] {
  if (typeof expression !== 'string') return [];
  return oddSteps(expression).map(
    ({ item, field, first }) =>
      `"${item}" in the cron expression of ${where} is a step longer than its field: it stands for ` +
      `${field} ${first} alone. Write "${first}" if that is meant, else take an interval of that length.`,
  );
}
