import { describe, expect, it } from 'vitest';
import { cashRows, minor, reportRows } from './shift-sums';
import type { Shift } from './trade-api';

const sums = (total: number, count = 0) => ({ total, count, cash: total, card: 0, qr: 0, other: 0 });
const shift = {
  sales: sums(1500.5, 3),
  refunds: sums(200, 1),
  voids: sums(0),
  refund_voids: sums(0),
  revenue: sums(1300.5),
  discounts: 0,
  opening_cash: 0,
  cash_in: { count: 0, total: 0 },
  cash_out: { count: 1, total: 300 },
  expected_cash: 1000.5,
  counted_cash: 1000,
  difference: -0.5,
} as unknown as Shift;

describe('a report of a shift', () => {
  it('is in whole tyiyn', () => {
    expect(minor(0.29)).toBe(29);
    expect(minor(1500.55)).toBe(150_055);
  });

  it('leaves out what is nothing', () => {
    expect(reportRows(shift).map((row) => [row.key, row.minor])).toEqual([
      ['sales', 150_050],
      ['refunds', -20_000],
      ['revenue', 130_050],
      ['by_cash', 130_050],
    ]);
  });

  it('says what lacks', () => {
    expect(cashRows(shift).map((row) => [row.key, row.minor])).toEqual([
      ['opening', 0],
      ['cash_out', -30_000],
      ['expected', 100_050],
      ['counted', 100_000],
      ['difference', -50],
    ]);
  });
});
