import type { TriggerSpec } from '../triggers/trigger-spec.js';

/** The zone of declared cron expressions that name none. */
export const defaultZone = ({ timeZone }: { readonly timeZone?: string }): string =>
  timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

export function inZone(trigger: TriggerSpec, timeZone: string): TriggerSpec {
  const says = trigger.timeZone !== undefined || trigger.utcOffset !== undefined;
  return trigger.type !== 'cron' || says ? trigger : { ...trigger, timeZone };
}
