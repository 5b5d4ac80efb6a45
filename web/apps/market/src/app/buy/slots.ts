/** When an order can be fetched from a shop: two-hour spans within its opening hours. Pure. */
import { DAYS, type Hours, localMoment, spansOf } from '../browse/hours';

export interface Slot {
  /** Times with their zone, as the server takes them. */
  from: string;
  to: string;
  /** 0 today, 1 tomorrow … */
  day: number;
  label: string;
}

const LENGTH_MIN = 120;
/** Nothing is ready sooner. */
const READY_MIN = 60;

/** Slots of today and the next `days` − 1 days; none when the shop has told no hours. */
export function slotsOf(hours: Hours, now: Date, zone: string, days = 3): Slot[] {
  const { day, minute } = localMoment(now, zone);
  const found: Slot[] = [];
  for (let ahead = 0; ahead < days; ahead++) {
    for (const span of spansOf(hours[DAYS[(day + ahead) % 7]!])) {
      const end = Math.min(span.to, 24 * 60);
      for (let from = span.from; from + LENGTH_MIN <= end; from += LENGTH_MIN) {
        if (ahead === 0 && from < minute + READY_MIN) continue;
        const start = at(now, ahead, from - minute);
        found.push({
          from: start.toISOString(),
          to: new Date(start.getTime() + LENGTH_MIN * 60_000).toISOString(),
          day: ahead,
          label: `${clock(from)}–${clock(from + LENGTH_MIN)}`,
        });
      }
    }
  }
  return found;
}

/** The moment so many minutes of the clock away, `ahead` days on; the market's zone knows no summer time. */
function at(now: Date, ahead: number, minutes: number): Date {
  const whole = Math.floor(now.getTime() / 60_000) * 60_000;
  return new Date(whole + (ahead * 24 * 60 + minutes) * 60_000);
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
