import encodeQR from 'qr';
import { expect, it } from 'vitest';

it('the library draws what the component asks for', () => {
  const cells = encodeQR('kerben-pos:1:2:3', 'raw', { ecc: 'medium', border: 4 });
  expect(cells.length).toBe(cells[0]!.length);
  expect(cells.slice(0, 4).flat()).not.toContain(true);
  expect(cells[4]!.slice(4, 11)).toEqual(Array(7).fill(true));
});
