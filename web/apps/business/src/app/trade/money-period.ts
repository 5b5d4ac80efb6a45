/** Which days a statement is about. Days are those of the market, as `2026-03-10`. */

export const SPANS = ['month', 'last', 'week', 'own'] as const;
export type Span = (typeof SPANS)[number];

/** The first and the last day, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** Why days cannot be shown: one is missing, they are turned round, to come, or too many. */
export type Fault = 'missing' | 'turned' | 'future' | 'long';

const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const shifted = (day: string, by: number): string =>
  new Date(at(day) + by * DAY_MS).toISOString().slice(0, 10);
const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

export function spanOf(text: string | undefined): Span {
  return SPANS.find((span) => span === text) ?? 'month';
}

/** The days of a choice; `own` are those that were typed. */
export function daysOf(span: Span, today: string, own: Days): Days {
  const month = firstOfMonth(today);
  switch (span) {
    case 'month':
      return { from: month, to: today };
    case 'last': {
      const end = shifted(month, -1);
      return { from: firstOfMonth(end), to: end };
    }
    case 'week':
      return { from: shifted(today, -6), to: today };
    case 'own':
      return own;
  }
}

export function faultOf(days: Days, today: string): Fault | null {
  const from = at(days.from);
  const to = at(days.to);
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'missing';
  if (days.from > today || days.to > today) return 'future';
  if (from > to) return 'turned';
  return (to - from) / DAY_MS >= DAYS_MAX ? 'long' : null;
}

/** « 2025» for a day of another year than today's. */
export function yearOf(day: string, today: string): string {
  return day.slice(0, 4) === today.slice(0, 4) ? '' : `\u00a0${day.slice(0, 4)}`;
}
