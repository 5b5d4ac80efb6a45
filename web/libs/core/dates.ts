/** Dates as people of the market read them: in its time zone, whatever the device's is. */
export const TIME_ZONE = 'Asia/Bishkek';

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
  return format({ day: 'numeric', month: 'long' }, new Date(at));
}

export function dateTime(at: string | Date): string {
  return format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }, new Date(at));
}

/** «5 минут назад», «через 2 часа»; `now` in milliseconds. */
export function ago(at: string | Date, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(0, 'minute');
  if (size < 3600) return relative.format(Math.trunc(seconds / 60), 'minute');
  if (size < 86_400) return relative.format(Math.trunc(seconds / 3600), 'hour');
  return relative.format(Math.trunc(seconds / 86_400), 'day');
}
