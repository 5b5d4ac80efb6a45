/** Days of the market as `2026-03-10`. */

const TIME_ZONE = 'Asia/Bishkek';
const DAY_MS = 86_400_000;

/** The day in the market's time zone. */
export function marketDay(at: Date): string {
  // The Swedish form of a date is the ISO one.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: TIME_ZONE }).format(at);
}

/** The last `count` days, oldest first, ending with `today`. */
export function lastDays(today: string, count: number): string[] {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, n) =>
    new Date(end - (count - 1 - n) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** One value for each day, null where nothing is known of it. */
export function byDay<T extends { day: string }>(days: readonly string[], found: readonly T[]): (T | null)[] {
  const known = new Map(found.map((one) => [one.day, one]));
  return days.map((day) => known.get(day) ?? null);
}
