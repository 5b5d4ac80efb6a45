/** Dates as people of the market read them: in its time zone, whatever the device's is. */
export const TIME_ZONE = 'Asia/Bishkek';

/** Words of the catalogue for a language that the browser has no dates of; most have none of Kyrgyz. */
type Words = Readonly<Record<string, string>>;
let own: Words | null = null;

/** Told of every change of language, with the catalogue's `dates`. */
export function useDateWords(language: string, words: Words): void {
  own = Intl.DateTimeFormat.supportedLocalesOf(language).length ? null : words;
}

const fill = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));

function ownDay(words: Words, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: TIME_ZONE,
    day: 'numeric',
    month: 'numeric',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value);
  return fill(words['day'] ?? '', {
    d: part('day'),
    m: (words['months'] ?? '').split('|')[part('month') - 1] ?? '',
  });
}

// Browsers without Kyrgyz data fall back to Russian by themselves.
const locale = (): string[] => [document.documentElement.lang || 'ru', 'ru'];

const made = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions, at: Date): string {
  const key = `${locale()[0]}${JSON.stringify(options)}`;
  let formatter = made.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale(), { timeZone: TIME_ZONE, ...options });
    made.set(key, formatter);
  }
  return formatter.format(at);
}

export function time(at: string | Date): string {
  return format({ hour: '2-digit', minute: '2-digit' }, new Date(at));
}

export function day(at: string | Date): string {
  if (own) return ownDay(own, new Date(at));
  return format({ day: 'numeric', month: 'long' }, new Date(at));
}

export function dateTime(at: string | Date): string {
  if (own) return `${ownDay(own, new Date(at))}, ${time(at)}`;
  return format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }, new Date(at));
}

/** «5 минут назад», «через 2 часа»; `now` in milliseconds. */
export function ago(at: string | Date, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  if (own) return ownAgo(own, seconds);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(0, 'minute');
  if (size < 3600) return relative.format(Math.trunc(seconds / 60), 'minute');
  if (size < 86_400) return relative.format(Math.trunc(seconds / 3600), 'hour');
  return relative.format(Math.trunc(seconds / 86_400), 'day');
}

function ownAgo(words: Words, seconds: number): string {
  const size = Math.abs(seconds);
  const where = seconds < 0 ? 'ago' : 'on';
  if (size < 60) return words['now'] ?? '';
  if (size < 3600) return fill(words[`minutes_${where}`] ?? '', { n: Math.trunc(size / 60) });
  if (size < 86_400) return fill(words[`hours_${where}`] ?? '', { n: Math.trunc(size / 3600) });
  return fill(words[`days_${where}`] ?? '', { n: Math.trunc(size / 86_400) });
}
