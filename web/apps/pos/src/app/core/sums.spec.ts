import { describe, expect, it } from 'vitest';
import {
  type CartLine,
  discountOf,
  fromMajor,
  parseQty,
  qtyForPrice,
  quickCash,
  spread,
  timesMilli,
  toMajor,
  totals,
} from './sums';
import { good } from './make';

const line = (price: number, qty: number, discount: CartLine['discount'] = null): CartLine => ({
  id: price,
  good: good({ price }),
  qty,
  discount,
});

describe('spread', () => {
  it('adds up to the tyiyn', () => {
    expect(spread(100, [1, 1, 1])).toEqual([1, 1, 1]);
    expect(spread(10, [100, 100, 100])).toEqual([4, 3, 3]);
    expect(spread(0, [5, 5])).toEqual([0, 0]);
    expect(spread(7, [0, 0])).toEqual([0, 0]);
  });

  it('never takes more than a line has, whatever the amounts', () => {
    let seed = 12345;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 3000; round++) {
      const amounts = Array.from({ length: 1 + random(9) }, () => random(2) * random(99_999_999));
      const all = amounts.reduce((a, b) => a + b, 0);
      const sum = random(all + 50);
      const shares = spread(sum, amounts);
      expect(shares.reduce((a, b) => a + b, 0)).toBe(Math.min(sum, all));
      shares.forEach((share, n) => {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(amounts[n]!);
      });
    }
  });

  it('holds for sums beyond exact floats', () => {
    const amounts = [900_000_000_001, 900_000_000_003];
    const shares = spread(899_999_999_999, amounts);
    expect(shares[0]! + shares[1]!).toBe(899_999_999_999);
  });
});

describe('totals', () => {
  it('takes line discounts first, then the receipt’s', () => {
    const got = totals(
      [line(10_000, 2000, { kind: 'percent', value: 1000 }), line(333, 1000), line(5_000, 345)],
      { kind: 'sum', value: 1000 },
    );
    expect(got.gross).toBe(20_000 + 333 + 1725);
    expect(got.total).toBe(18_000 + 333 + 1725 - 1000);
    expect(got.discount).toBe(3000);
    for (const l of got.lines) expect(l.total).toBe(timesMilli(l.price, l.qty) - l.discount);
  });

  it('cannot fall below nothing', () => {
    const got = totals([line(500, 1000, { kind: 'sum', value: 900 })], { kind: 'percent', value: 10_000 });
    expect(got.total).toBe(0);
    expect(got.lines[0]!.discount).toBe(500);
  });
});

describe('amounts', () => {
  it('round half up', () => {
    expect(timesMilli(333, 500)).toBe(167);
    expect(timesMilli(1, 499)).toBe(0);
    expect(discountOf(105, { kind: 'percent', value: 1000 })).toBe(11);
  });

  it('are written and read exactly', () => {
    expect(toMajor(150_050)).toBe('1500.50');
    expect(toMajor(-5)).toBe('-0.05');
    expect(fromMajor(1234.56)).toBe(123_456);
    expect(fromMajor(19.99)).toBe(1999);
  });

  it('suggest notes', () => {
    expect(quickCash(34_750, 5)).toEqual([34_750, 35_000, 40_000, 50_000, 100_000]);
    expect(quickCash(50_000)).toEqual([50_000, 60_000, 100_000, 200_000, 500_000]);
  });

  it('find the weight of a printed price', () => {
    const found = qtyForPrice(12_345, 56_789)!;
    expect(timesMilli(56_789, found.qty) - found.discount).toBe(12_345);
    expect(timesMilli(56_789, found.qty - 1)).toBeLessThan(12_345);
    expect(qtyForPrice(100, 0)).toBeNull();
  });

  it('read quantities', () => {
    expect(parseQty('0,345', 'kg')).toBe(345);
    expect(parseQty('2', 'pcs')).toBe(2000);
    expect(parseQty('2.5', 'pcs')).toBeNull();
    expect(parseQty('0', 'kg')).toBeNull();
    expect(parseQty('1,2345', 'kg')).toBeNull();
    expect(parseQty('пять', 'pcs')).toBeNull();
  });
});
