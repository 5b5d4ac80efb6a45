import { describe, expect, it } from 'vitest';
import { slotsOf } from './slots';

const ZONE = 'Asia/Bishkek';
const daily = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, '09:00-18:00']),
);

describe('slots', () => {
  it('lie within the opening hours and not in the past', () => {
    // 12:30 in Bishkek (UTC+6) on a Friday.
    const slots = slotsOf(daily, new Date('2026-11-20T06:30:00Z'), ZONE);
    const today = slots.filter((slot) => slot.day === 0);
    expect(today.map((slot) => slot.label)).toEqual(['15:00–17:00']);
    expect(today[0]).toMatchObject({ from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T11:00:00.000Z' });
    expect(slots.filter((slot) => slot.day === 1)).toHaveLength(4);
  });

  it('are none on closed days and without hours', () => {
    const now = new Date('2026-11-20T06:30:00Z');
    expect(slotsOf({}, now, ZONE)).toEqual([]);
    expect(slotsOf({ ...daily, sat: 'closed' }, now, ZONE).some((slot) => slot.day === 1)).toBe(false);
  });

  it('begin after local midnight on the next day', () => {
    // 23:30 in Bishkek: the next day there is not yet the next day in UTC.
    const [first] = slotsOf(daily, new Date('2026-11-20T17:30:00Z'), ZONE);
    expect(first).toMatchObject({ day: 1, from: '2026-11-21T03:00:00.000Z', label: '09:00–11:00' });
  });
});
