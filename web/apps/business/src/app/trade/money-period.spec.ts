import { describe, expect, it } from 'vitest';
import { daysOf, faultOf, spanOf, yearOf } from './money-period';

const OWN = { from: '2026-02-03', to: '2026-02-05' };

describe('days of a statement', () => {
  it('are the month so far, the month before, the last seven, or those that were typed', () => {
    expect(daysOf('month', '2026-03-10', OWN)).toEqual({ from: '2026-03-01', to: '2026-03-10' });
    expect(daysOf('last', '2026-03-10', OWN)).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(daysOf('last', '2026-01-31', OWN)).toEqual({ from: '2025-12-01', to: '2025-12-31' });
    expect(daysOf('week', '2026-03-03', OWN)).toEqual({ from: '2026-02-25', to: '2026-03-03' });
    expect(daysOf('own', '2026-03-10', OWN)).toEqual(OWN);
  });

  it('are this month where the address says nothing that is known', () => {
    expect(spanOf(undefined)).toBe('month');
    expect(spanOf('year')).toBe('month');
    expect(spanOf('week')).toBe('week');
  });

  it('are refused when they are missing, turned round, to come or too many', () => {
    const today = '2026-03-10';
    expect(faultOf(OWN, today)).toBeNull();
    expect(faultOf({ from: today, to: today }, today)).toBeNull();
    expect(faultOf({ from: '', to: today }, today)).toBe('missing');
    expect(faultOf({ from: '2026-02-30x', to: today }, today)).toBe('missing');
    expect(faultOf({ from: today, to: '2026-03-09' }, today)).toBe('turned');
    expect(faultOf({ from: today, to: '2026-03-11' }, today)).toBe('future');
    expect(faultOf({ from: '2025-03-10', to: '2026-03-10' }, today)).toBeNull();
    expect(faultOf({ from: '2025-03-09', to: '2026-03-10' }, today)).toBe('long');
  });

  it('say their year when it is not this one', () => {
    expect(yearOf('2026-01-01', '2026-03-10')).toBe('');
    expect(yearOf('2025-12-31', '2026-03-10')).toBe('\u00a02025');
  });
});
