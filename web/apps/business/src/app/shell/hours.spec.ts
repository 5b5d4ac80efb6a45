import { describe, expect, it } from 'vitest';
import { type DayHours, hoursWrong, inOrder, newBreak, readHours, readPoint, writeHours } from './hours';

describe('opening hours', () => {
  it('come back as they were, with a break and a night', () => {
    const hours = {
      mon: '09:00-13:00,14:00-18:00',
      tue: '20:00-04:00',
      wed: '00:00-24:00',
      thu: 'closed',
      fri: '09:00-18:00',
      sat: '10:00-17:30',
      sun: 'closed',
    };
    expect(writeHours(readHours(hours))).toEqual(hours);
  });

  it('keep every break of a day, and a break that begins at midnight', () => {
    const hours = {
      ...writeHours(readHours({})),
      mon: '08:00-12:00,12:30-15:00,16:00-24:00',
      tue: '18:00-24:00,01:00-04:00',
    };
    expect(readHours(hours)[0]).toEqual({
      day: 'mon',
      open: true,
      from: '08:00',
      to: '00:00',
      breaks: [
        { from: '12:00', to: '12:30' },
        { from: '15:00', to: '16:00' },
      ],
    });
    expect(writeHours(readHours(hours))).toEqual(hours);
  });

  it('are the usual ones for a new shop', () => {
    expect(writeHours(readHours({}))['sun']).toBe('09:00-18:00');
  });

  it('are closed on a day that is not said when others are', () => {
    expect(writeHours(readHours({ mon: '09:00-18:00' }))['tue']).toBe('closed');
  });
});

describe('a break', () => {
  const day = (from: string, to: string, ...breaks: DayHours['breaks']): DayHours => ({
    day: 'mon',
    open: true,
    from,
    to,
    breaks,
  });

  it('begins at midday where that is inside, else in the middle', () => {
    expect(newBreak(day('09:00', '18:00'))).toEqual({ from: '13:00', to: '14:00' });
    expect(newBreak(day('00:00', '00:00'))).toEqual({ from: '13:00', to: '14:00' });
    expect(newBreak(day('20:00', '04:00'))).toEqual({ from: '23:30', to: '00:30' });
    expect(newBreak(day('05:00', '11:00'))).toEqual({ from: '07:30', to: '08:30' });
  });

  it('does not fit into an hour', () => {
    expect(newBreak(day('09:00', '10:00'))).toBeNull();
  });

  it('that is offered always lies inside', () => {
    for (const [from, to] of [
      ['20:00', '04:00'],
      ['05:00', '07:00'],
      ['14:00', '13:00'],
      ['13:00', '15:00'],
    ] as const) {
      expect(inOrder(day(from, to, newBreak(day(from, to))!))).toBe(true);
    }
  });

  it('is wrong outside of the hours, backwards or over another', () => {
    expect(inOrder(day('09:00', '18:00', { from: '20:00', to: '21:00' }))).toBe(false);
    expect(inOrder(day('09:00', '18:00', { from: '14:00', to: '13:00' }))).toBe(false);
    expect(inOrder(day('09:00', '18:00', { from: '09:00', to: '10:00' }))).toBe(false);
    expect(
      inOrder(day('09:00', '18:00', { from: '12:00', to: '14:00' }, { from: '13:00', to: '15:00' })),
    ).toBe(false);
    expect(hoursWrong({ mon: '09:00-20:00,21:00-18:00' })).toBe(true);
    expect(hoursWrong({ mon: '09:00-13:00,14:00-18:00', tue: 'closed' })).toBe(false);
  });
});

describe('a point', () => {
  it('is read as maps write it', () => {
    expect(readPoint('42.8746, 74.5698')).toEqual({ lat: 42.8746, lon: 74.5698 });
    expect(readPoint(' 42,8746; 74,5698 ')).toEqual({ lat: 42.8746, lon: 74.5698 });
    expect(readPoint('42.8746 74.5698')).toEqual({ lat: 42.8746, lon: 74.5698 });
  });

  it('is not a word, one number or outside of the earth', () => {
    expect(readPoint('Дордой')).toBeNull();
    expect(readPoint('42.87')).toBeNull();
    expect(readPoint('95.1, 74.5')).toBeNull();
  });
});
