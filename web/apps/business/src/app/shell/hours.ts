/** Opening hours as the server keeps them: `{ mon: '09:00-18:00', sun: 'closed' }`; a missing day is not said. */
export type Hours = Record<string, string>;

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** A time of the day the shop is shut between opening and closing. */
export interface Break {
  from: string;
  to: string;
}

export interface DayHours {
  day: Day;
  open: boolean;
  from: string;
  to: string;
  breaks: readonly Break[];
}

const SPAN = /^(\d\d:\d\d)-(\d\d:\d\d)$/;
const USUAL = { from: '09:00', to: '18:00', breaks: [] };
const USUAL_BREAK: Break = { from: '13:00', to: '14:00' };
const WHOLE_DAY = 24 * 60;

/** Seven rows to edit; without hours at all every day is open as usual. */
export function readHours(hours: Hours): DayHours[] {
  const unknown = Object.keys(hours).length === 0;
  return DAYS.map((day) => {
    const spans = (hours[day] ?? '').split(',').flatMap((span) => {
      const match = SPAN.exec(span.trim());
      return match ? [{ from: match[1]!, to: match[2]! }] : [];
    });
    const [first, last] = [spans[0], spans.at(-1)];
    if (!first || !last) return { day, open: unknown, ...USUAL };
    const breaks = spans.slice(1).map((span, n) => ({ from: spans[n]!.to, to: span.from }));
    return { day, open: true, from: first.from, to: last.to === '24:00' ? '00:00' : last.to, breaks };
  });
}

/** What the server keeps. A day that ends at midnight ends at 24:00. */
export function writeHours(rows: readonly DayHours[]): Hours {
  return Object.fromEntries(
    rows.map((row) => {
      const begins = [row.from, ...row.breaks.map((one) => one.to)];
      const ends = [...row.breaks.map((one) => one.from), row.to];
      const spans = begins.map((from, n) => `${from}-${ends[n] === '00:00' ? '24:00' : ends[n]}`);
      return [row.day, row.open ? spans.join(',') : 'closed'];
    }),
  );
}

/** A break to begin with: at midday, or in the middle of a day that has none; null when the day is too short. */
export function newBreak(row: DayHours): Break | null {
  if (inOrder({ ...row, breaks: [USUAL_BREAK] })) return USUAL_BREAK;
  const length = since(row.from, row.to) || WHOLE_DAY;
  if (length < 120) return null;
  const start = minutes(row.from) + Math.floor((length - 60) / 60) * 30;
  return { from: clock(start), to: clock(start + 60) };
}

/** Whether the breaks follow each other inside the day's hours, which may end in the next day. */
export function inOrder(row: DayHours): boolean {
  const end = since(row.from, row.to) || WHOLE_DAY;
  const moments = row.breaks.flatMap((one) => [since(row.from, one.from), since(row.from, one.to)]);
  return [...moments, end].every((moment, n, all) => moment > (n ? all[n - 1]! : 0));
}

/** Whether a day's break lies outside of its hours. */
export function hoursWrong(hours: Hours): boolean {
  return readHours(hours).some((row) => row.open && !inOrder(row));
}

function minutes(time: string): number {
  const [hour, minute] = time.split(':');
  return Number(hour) * 60 + Number(minute);
}

function since(from: string, to: string): number {
  return (minutes(to) - minutes(from) + WHOLE_DAY) % WHOLE_DAY;
}

function clock(of: number): string {
  const at = of % WHOLE_DAY;
  return [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** «42.8746, 74.5698» as people copy it from a map; null for anything else. */
export function readPoint(text: string): { lat: number; lon: number } | null {
  const match = /^\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lat, lon] = [match[1]!, match[2]!].map((part) => Number(part.replace(',', '.')));
  return Math.abs(lat!) <= 90 && Math.abs(lon!) <= 180 ? { lat: lat!, lon: lon! } : null;
}
