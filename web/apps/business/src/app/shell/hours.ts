/** Opening hours as the server keeps them: `{ mon: '09:00-18:00', sun: 'closed' }`; a missing day is not said. */
export type Hours = Record<string, string>;

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export interface DayHours {
  day: Day;
  open: boolean;
  from: string;
  to: string;
  /** Spans after the first one, kept as they are. */
  more: readonly string[];
}

const SPAN = /^(\d\d:\d\d)-(\d\d:\d\d)$/;
const USUAL = { from: '09:00', to: '18:00' };

/** Seven rows to edit; without hours at all every day is open as usual. */
export function readHours(hours: Hours): DayHours[] {
  const unknown = Object.keys(hours).length === 0;
  return DAYS.map((day) => {
    const [first, ...more] = (hours[day] ?? '').split(',').map((span) => span.trim());
    const span = SPAN.exec(first ?? '');
    if (!span) return { day, open: unknown, ...USUAL, more: [] };
    return { day, open: true, from: span[1]!, to: span[2] === '24:00' ? '00:00' : span[2]!, more };
  });
}

/** What the server keeps. A day that ends at midnight ends at 24:00. */
export function writeHours(rows: readonly DayHours[]): Hours {
  return Object.fromEntries(
    rows.map((row) => {
      const span = `${row.from}-${row.to === '00:00' ? '24:00' : row.to}`;
      return [row.day, row.open ? [span, ...row.more].join(',') : 'closed'];
    }),
  );
}

/** «42.8746, 74.5698» as people copy it from a map; null for anything else. */
export function readPoint(text: string): { lat: number; lon: number } | null {
  const match = /^\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lat, lon] = [match[1]!, match[2]!].map((part) => Number(part.replace(',', '.')));
  return Math.abs(lat!) <= 90 && Math.abs(lon!) <= 180 ? { lat: lat!, lon: lon! } : null;
}
