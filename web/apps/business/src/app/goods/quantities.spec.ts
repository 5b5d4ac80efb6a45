import { describe, expect, it } from 'vitest';
import type { Product } from './goods-api';
import { parseQty, showMajor, showQty, stockState, summary } from './quantities';

describe('quantities', () => {
  it('are whole for pieces and have grams for weight', () => {
    expect(parseQty('12', 'pcs')).toBe(12);
    expect(parseQty('1 200', 'pcs')).toBe(1200);
    expect(parseQty('1,5', 'pcs')).toBeNull();
    expect(parseQty('1,250', 'kg')).toBe(1.25);
    expect(parseQty('1.2505', 'kg')).toBeNull();
    expect(parseQty('-1', 'pcs')).toBeNull();
    expect(parseQty('', 'pcs')).toBeNull();
  });

  it('are shown as people write them', () => {
    expect(showQty(1.5)).toBe('1,5');
    expect(showQty(-3)).toBe('−3');
    expect(showQty(0.1 + 0.2)).toBe('0,3');
    expect(showMajor(150_050)).toBe('1500,50');
    expect(showMajor(150_000)).toBe('1500');
    expect(showMajor(5)).toBe('0,05');
  });
});

describe('stock', () => {
  it('is low at the threshold, none at zero, fine without a threshold', () => {
    expect(stockState({ stock_qty: 3, low_stock: 3 })).toBe('low');
    expect(stockState({ stock_qty: 4, low_stock: 3 })).toBe('fine');
    expect(stockState({ stock_qty: 0, low_stock: null })).toBe('none');
    expect(stockState({ stock_qty: 1, low_stock: null })).toBe('fine');
  });

  it('of a product counts what is sold, and one empty variant makes it low', () => {
    const variant = (stock_qty: number, amount: number, is_active = true) => ({
      stock_qty,
      is_active,
      unit: 'pcs',
      low_stock: null,
      price: { amount, currency: 'KGS', display: '' },
    });
    const product = {
      variants: [variant(3, 100), variant(0, 300), variant(9, 50, false)],
    } as unknown as Product;
    expect(summary(product)).toEqual({ from: 100, to: 300, free: 3, state: 'low', gone: true, kg: false });
  });
});
