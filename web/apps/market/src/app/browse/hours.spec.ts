import { describe, expect, it } from 'vitest';
import { localMoment, openNow, week } from './hours';

const ZONE = 'Asia/Bishkek';
const WEEKDAYS = {
  mon: '09:00-18:00',
  tue: '09:00-18:00',
  wed: '09:00-18:00',
  thu: '09:00-18:00',
  fri: '09:00-18:00',
  sat: '10:00-13:00, 14:00-16:00',
  sun: 'closed',
};
/** 2026-11-16 is a Monday; Bishkek is six hours ahead of UTC. */
const at = (day: number, utc: string) => new Date(`2026-11-${day}T${utc}:00Z`);

describe('opening hours', () => {
  it('know the day and minute of the market, not of the device', () => {
    expect(localMoment(at(16, '20:30'), ZONE)).toEqual({ day: 1, minute: 150 });
  });

  it('tell until when a shop is open and when it opens', () => {
    expect(openNow(WEEKDAYS, at(16, '06:00'), ZONE)).toEqual({ state: 'open', until: '18:00' });
    expect(openNow(WEEKDAYS, at(16, '02:00'), ZONE)).toEqual({ state: 'opens_today', at: '09:00' });
    expect(openNow(WEEKDAYS, at(21, '07:30'), ZONE)).toEqual({ state: 'opens_today', at: '14:00' });
    expect(openNow(WEEKDAYS, at(21, '12:00'), ZONE)).toEqual({
      state: 'opens',
      day: 'mon',
      at: '09:00',
      tomorrow: false,
    });
    expect(openNow(WEEKDAYS, at(22, '12:00'), ZONE)).toMatchObject({ state: 'opens', tomorrow: true });
  });

  it('follow a night over midnight, and days without an end', () => {
    const night = { fri: '20:00-03:00', sat: 'closed' };
    expect(openNow(night, at(20, '19:00'), ZONE)).toEqual({ state: 'open', until: '03:00' });
    const always = Object.fromEntries(Object.keys(WEEKDAYS).map((day) => [day, '00:00-24:00']));
    expect(openNow(always, at(18, '10:00'), ZONE)).toEqual({ state: 'around_the_clock' });
  });

  it('say nothing when nothing is said, and closed when it always is', () => {
    expect(openNow({}, at(16, '06:00'), ZONE)).toEqual({ state: 'unknown' });
    expect(openNow({ mon: 'closed' }, at(16, '06:00'), ZONE)).toEqual({ state: 'closed' });
  });

  it('gather equal days', () => {
    expect(week(WEEKDAYS)).toEqual([
      { from: 'mon', to: 'fri', spans: '09:00–18:00' },
      { from: 'sat', to: 'sat', spans: '10:00–13:00, 14:00–16:00' },
      { from: 'sun', to: 'sun', spans: null },
    ]);
  });
});
