import { describe, expect, it } from 'vitest';
import { qrCells } from './qr';

const rows = (text: string): string[] =>
  qrCells(text)!.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''));

/** Fourteen times «x», version 1, level M, mask 0, as another program draws it. */
const KNOWN = [
  '111111100011101111111',
  '100000101110001000001',
  '101110100011101011101',
  '101110100111001011101',
  '101110101000101011101',
  '100000100111001000001',
  '111111101010101111111',
  '000000000011000000000',
  '101010100100000010010',
  '010011001100111011101',
  '010000110111101110111',
  '100111010101000100010',
  '101110101110010001000',
  '000000001010111011101',
  '111111100011101110111',
  '100000100011000100011',
  '101110101110010001010',
  '101110100100111011110',
  '101110101011101110101',
  '100000100001000100010',
  '111111101110010001011',
];

/** A sum over all cells, to compare large drawings. */
function sum(lines: readonly string[]): number {
  let value = 0;
  for (const cell of lines.join('')) value = (value * 31 + cell.charCodeAt(0)) % 4294967291;
  return value;
}

describe('a QR code', () => {
  it('is cell by cell what another program draws', () => {
    expect(rows('x'.repeat(14))).toEqual(KNOWN);
  });

  it('holds a link: several blocks, alignment marks, version words', () => {
    const drawn = rows('x'.repeat(122));
    expect(drawn).toHaveLength(45);
    expect(sum(drawn)).toBe(1990427715);
  });

  it('is null for a text that does not fit', () => {
    expect(qrCells('r'.repeat(213))).toHaveLength(57);
    expect(qrCells('r'.repeat(214))).toBeNull();
  });
});
