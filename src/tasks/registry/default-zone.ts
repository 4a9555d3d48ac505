import type { TriggerSpec } from '../triggers/trigger-spec.js';

/** What an empty TZ is, which means UTC. */
const UNKNOWN = 'Etc/Unknown';

/** What the process itself has for a zone. */
export interface ProcessZone {
  /** As `Intl` names it. */
  readonly name: string | undefined;
  /** As `Date` has it, in minutes behind UTC. */
  readonly behindMin: number;
}

const processZone = (): ProcessZone => ({
  name: Intl.DateTimeFormat().resolvedOptions().timeZone,
  behindMin: new Date().getTimezoneOffset(),
});

/**
 * The zone of declared cron expressions that name none: that of the process, as everything else in it
 * has it. Where the environment's TZ names no zone of the IANA, it is one of the same offset.
 */
export const defaultZone = (
  { timeZone }: { readonly timeZone?: string },
  zone = processZone(),
): string => timeZone ?? (isNamed(zone) ? zone.name : ofOffset(zone));

/** What is to be told of the environment's TZ; null: nothing. */
export function zoneWarning(
  options: { readonly timeZone?: string },
  zone = processZone(),
): string | null {
  if (options.timeZone !== undefined || isNamed(zone) || zone.name === UNKNOWN) return null;
  const hours = -zone.behindMin / 60;
  const offset = hours === 0 ? 'UTC' : `UTC${hours > 0 ? '+' : ''}${hours}`;
  return (
    `The environment's TZ is no name of a time zone: this process reads it as ${offset}. ` +
    `Cron expressions without a zone fire in ${defaultZone(options, zone)}. Set TZ to a name such as ` +
    'Europe/Berlin, or give TasksModule the option timeZone.'
  );
}

export function inZone(trigger: TriggerSpec, timeZone: string): TriggerSpec {
  const says = trigger.timeZone !== undefined || trigger.utcOffset !== undefined;
  return trigger.type !== 'cron' || says ? trigger : { ...trigger, timeZone };
}

/** Not `Etc/Unknown`, nor what is made of an offset, such as `GMT+03:00`. */
function isNamed(zone: ProcessZone): zone is ProcessZone & { readonly name: string } {
  return zone.name !== undefined && /^(?!Etc\/Unknown|GMT[+-])[a-z][\w/+-]*$/i.test(zone.name);
}

/** The zones of whole hours are named the other way round: `Etc/GMT+3` is three hours behind UTC. */
function ofOffset({ behindMin }: ProcessZone): string {
  const hours = behindMin / 60;
  if (hours === 0 || !Number.isInteger(hours)) return 'UTC';
  return `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;
}
