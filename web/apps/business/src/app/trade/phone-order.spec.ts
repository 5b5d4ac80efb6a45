import { describe, expect, it } from 'vitest';
import type { Product, Variant } from '../goods/goods-api';
import { added, deliveryOf, sumOf } from './phone-order';

const product = { id: 'p', name: 'Пиала' } as unknown as Product;
const variant = (id: string, amount: number, stock_qty = 3): Variant =>
  ({ id, price: { amount }, stock_qty }) as unknown as Variant;

describe('an order by phone', () => {
  it('counts up, but not beyond the stock', () => {
    let lines = added([], product, variant('a', 100, 2));
    lines = added(lines, product, variant('a', 100, 2));
    lines = added(lines, product, variant('a', 100, 2));
    lines = added(lines, product, variant('b', 100));
    expect(lines.map((line) => [line.variant.id, line.qty])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('sums weighed goods to the tyiyn', () => {
    const weighed = { product, variant: variant('a', 33_333), qty: 0.25 };
    expect(sumOf([weighed, { ...weighed, qty: 1 }])).toBe(8_333 + 33_333);
  });

  it('sends only what was typed into the fields of the method', () => {
    const typed = { address: ' Киевская, 1 ', flat: '', note: 'x', slot_from: '2026-03-10T12:00' };
    expect(deliveryOf('courier', ['address', 'flat'], typed)).toEqual({
      method: 'courier',
      address: 'Киевская, 1',
    });
    expect(deliveryOf('pickup', ['slot_from'], typed).slot_from).toBe('2026-03-10T12:00:00+06:00');
  });
});
