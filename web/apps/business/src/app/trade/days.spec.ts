import { describe, expect, it } from 'vitest';
import { byDay, lastDays, marketDay } from './days';

describe('days of the market', () => {
  it('begin at midnight of Bishkek', () => {
    expect(marketDay(new Date('2026-03-10T17:59:00Z'))).toBe('2026-03-10');
    expect(marketDay(new Date('2026-03-10T18:00:00Z'))).toBe('2026-03-11');
  });

  it('run over the ends of months', () => {
    expect(lastDays('2026-03-02', 4)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  });

  it('are filled where nothing happened', () => {
    const found = [{ day: '2026-03-02', n: 5 }];
    expect(byDay(['2026-03-01', '2026-03-02'], found)).toEqual([null, found[0]]);
  });
});
