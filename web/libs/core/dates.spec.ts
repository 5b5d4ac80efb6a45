import { beforeAll, expect, it } from 'vitest';
import ky from './i18n/ky.json';
import { ago, day, useDateWords } from './dates';

// No browser has a language of this name, as most have no Kyrgyz.
beforeAll(() => useDateWords('zz', ky.dates));

it('writes dates by the catalogue where the browser knows no such language', () => {
  expect(day('2026-11-20T20:00:00Z')).toBe('21-ноябрь');
  expect(ago('2026-11-20T12:00:00Z', Date.parse('2026-11-20T12:05:30Z'))).toBe('5 мүнөт мурун');
  expect(ago('2026-11-20T14:00:00Z', Date.parse('2026-11-20T12:00:00Z'))).toBe('2 сааттан кийин');
});
