import { describe, expect, it } from 'vitest';
import { readHours, readPoint, writeHours } from './hours';

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

  it('are the usual ones for a new shop', () => {
    expect(writeHours(readHours({}))['sun']).toBe('09:00-18:00');
  });

  it('are closed on a day that is not said when others are', () => {
    expect(writeHours(readHours({ mon: '09:00-18:00' }))['tue']).toBe('closed');
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
