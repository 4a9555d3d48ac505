import type { Budget } from './budget.js';
import { findSegments, type Segment } from './zone-history.js';

/** Where wall times are read. */
export interface Zone {
  segmentAt(at: number, budget?: Budget): Segment;
}

/** A fixed offset from UTC. */
export function fixedZone(minutes: number): Zone {
  const offset = minutes * 60_000;
  const always: Segment = {
    from: -Infinity,
    to: Infinity,
    offset,
    offsetBefore: offset,
    offsetAfter: offset,
  };
  return { segmentAt: () => always };
}

export const UTC = fixedZone(0);

/**
 * An IANA zone. `Intl` takes microseconds for each question, so its clock changes are looked up
 * once for each piece of about thirteen months and kept.
 */
class IanaZone implements Zone {
  private readonly pieces = new Map<number, readonly Segment[]>();
  private readonly id = ++made * MAX_PIECES_EVER;

  constructor(private readonly format: Intl.DateTimeFormat) {}

  segmentAt(at: number, budget?: Budget): Segment {
    const piece = Math.floor(at / PIECE_MS);
    budget?.visit(this.id + piece);
    const segments = this.pieces.get(piece) ?? this.load(piece);
    let i = segments.length - 1;
    while (i > 0 && segments[i]!.from > at) i--;
    return segments[i]!;
  }

  private load(piece: number): readonly Segment[] {
    if (this.pieces.size >= MAX_PIECES) this.pieces.clear();
    const segments = findSegments(this.format, piece * PIECE_MS, (piece + 1) * PIECE_MS);
    this.pieces.set(piece, segments);
    return segments;
  }
}

const PIECE_MS = 2 ** 35;
const MAX_PIECES = 500;

// Gives each piece of each zone a number of its own: dates reach 251,456 pieces either way.
const MAX_PIECES_EVER = 1_000_000;
let made = 0;

const zones = new Map<string, Zone>();
const MAX_NAMES = 2_000;

/** @throws RangeError for a name that is not in the database of zones */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const format = formatFor(name);
  // One zone has many spellings: letters may be large or small.
  const proper = format.resolvedOptions().timeZone;
  const zone = zones.get(proper) ?? (proper === 'UTC' ? UTC : new IanaZone(format));
  if (zones.size >= MAX_NAMES) zones.clear();
  zones.set(proper, zone);
  zones.set(name, zone);
  return zone;
}

export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  // Newer versions of Node.js also take "+02:00", which others would refuse: there is utcOffset.
  if (!/^[a-z]/i.test(timeZone)) throw new RangeError(`"${timeZone}" is not the name of a zone`);
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    timeZoneName: 'longOffset',
    second: 'numeric',
  });
}
