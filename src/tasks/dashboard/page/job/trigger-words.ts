/**
 * When a job fires, as short as it can be said in a list: without the anchor of an interval, and without
 * the zone where that is the one in which everything is shown.
 *
 * @param description as the server has it
 */
export function triggerWords(description: string, zone: string): string {
  return description.replace(/, from \d{4}-\S+Z/, '').replace(` (${zone})`, '');
}
