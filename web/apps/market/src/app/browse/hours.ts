/** Opening hours as the server keeps them: mon … sun → «09:00-18:00», several with commas, or «closed». Pure. */

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export type Hours = Readonly<Record<string, string>>;

export type OpenNow =
  | { state: 'open'; until: string }
  | { state: 'around_the_clock' }
  | { state: 'opens_today'; at: string }
  | { state: 'opens'; day: Day; at: string; tomorrow: boolean }
  | { state: 'closed' }
  | { state: 'unknown' };

interface Span {
  from: number;
  /** Minutes from the beginning of the same day; over 1440 when it ends in the next. */
  to: number;
}

const DAY_MIN = 1440;

/** The day of the week and the minute of the day in a time zone. */
export function localMoment(now: Date, zone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  const day = DAYS.indexOf(part('weekday').slice(0, 3).toLowerCase() as Day);
  return { day: Math.max(0, day), minute: Number(part('hour')) * 60 + Number(part('minute')) };
}

export function spansOf(text: string | undefined): Span[] {
  return (text ?? '').split(',').flatMap((piece) => {
    const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(piece.trim());
    if (!match) return [];
    const from = Number(match[1]) * 60 + Number(match[2]);
    const to = Number(match[3]) * 60 + Number(match[4]);
    return [{ from, to: to > from ? to : to + DAY_MIN }];
  });
}

/** Whether a shop is open, until when, or when it opens next. */
export function openNow(hours: Hours, now: Date, zone: string): OpenNow {
  if (!DAYS.some((day) => hours[day])) return { state: 'unknown' };
  const { day, minute } = localMoment(now, zone);
  const end = openUntil(hours, day, minute);
  if (end !== null)
    return end - minute > 6 * DAY_MIN ? { state: 'around_the_clock' } : { state: 'open', until: clock(end) };
  for (let ahead = 0; ahead < 8; ahead++) {
    const name = DAYS[(day + ahead) % 7]!;
    const next = spansOf(hours[name])
      .filter((span) => ahead > 0 || span.from > minute)
      .sort((a, b) => a.from - b.from)[0];
    if (next && ahead === 0) return { state: 'opens_today', at: clock(next.from) };
    if (next) return { state: 'opens', day: name, at: clock(next.from), tomorrow: ahead === 1 };
  }
  return { state: 'closed' };
}

/** The minute, counted from the beginning of `day`, when the shop closes; null when it is closed now. */
function openUntil(hours: Hours, day: number, minute: number): number | null {
  let end: number | null = null;
  // Yesterday's last span may reach over midnight; spans that touch are one.
  for (let ahead = -1; ahead < 8; ahead++) {
    const spans = spansOf(hours[DAYS[(day + ahead + 7) % 7]!]).sort((a, b) => a.from - b.from);
    for (const span of spans) {
      const [from, to] = [span.from + ahead * DAY_MIN, span.to + ahead * DAY_MIN];
      if (end === null && from <= minute && minute < to) end = to;
      else if (end !== null && from <= end && to > end) end = to;
    }
  }
  return end;
}

/** «09:00–18:00» for each run of days with the same hours: [[mon, fri, «09:00–18:00»], …]; null where closed. */
export function week(hours: Hours): { from: Day; to: Day; spans: string | null }[] {
  const rows: { from: Day; to: Day; spans: string | null }[] = [];
  for (const day of DAYS) {
    const text = hours[day];
    if (text === undefined) continue;
    const spans = text === 'closed' ? null : text.replace(/-/g, '–').replace(/,\s*/g, ', ');
    const last = rows.at(-1);
    const follows = last && DAYS.indexOf(last.to) === DAYS.indexOf(day) - 1;
    if (last && follows && last.spans === spans) last.to = day;
    else rows.push({ from: day, to: day, spans });
  }
  return rows;
}

function clock(minutes: number): string {
  const within = minutes % DAY_MIN || (minutes ? DAY_MIN : 0);
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
}
