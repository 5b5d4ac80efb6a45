import { expect, it } from 'vitest';
import { Repeats } from './repeats';

it('counts a code once while it is before the camera', () => {
  const repeats = new Repeats();
  expect(repeats.fresh('a', 0)).toBe(true);
  expect(repeats.fresh('a', 120)).toBe(false);
  expect(repeats.fresh('b', 200)).toBe(true);
  expect(repeats.fresh('a', 1500)).toBe(false);
  expect(repeats.fresh('a', 2900)).toBe(false);
  expect(repeats.fresh('a', 4400)).toBe(true);
});
