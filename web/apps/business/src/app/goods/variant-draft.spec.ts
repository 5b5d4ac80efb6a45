import { describe, expect, it } from 'vitest';
import type { Variant } from './goods-api';
import { changesOf, draftOf, emptyVariant, isTouched, newSku, readVariant } from './variant-draft';

const variant: Variant = {
  id: '1',
  product_id: '2',
  sku: 'A-1',
  barcode: '4601546021298',
  attributes: { color: 'синий' },
  price: { amount: 150_050, currency: 'KGS', display: '' },
  unit: 'kg',
  stock_qty: 1.25,
  on_hand: 1.25,
  reserved: 0,
  is_active: true,
  etag: '"1.1250.0"',
  low_stock: null,
};

describe('a variant being typed', () => {
  it('comes back as it was', () => {
    expect(readVariant(draftOf(variant))).toEqual({
      value: {
        sku: 'A-1',
        barcode: '4601546021298',
        price: 150_050,
        unit: 'kg',
        stock: 1.25,
        attributes: { color: 'синий' },
      },
    });
  });

  it('tells everything that is wrong at once', () => {
    const draft = {
      ...emptyVariant(),
      sku: ' ',
      price: '0',
      stock: '1,5',
      attributes: [{ name: 'Цвет', value: '' }],
    };
    expect(readVariant(draft)).toEqual({
      faults: {
        sku: 'common.required',
        price: 'goods.price_wrong',
        stock: 'goods.pcs_wrong',
        attributes: 'goods.attribute_wrong',
      },
    });
    const twice = [
      { name: 'Цвет', value: 'синий' },
      { name: 'цвет ', value: 'белый' },
    ];
    expect(readVariant({ ...emptyVariant(), price: '5', attributes: twice })).toEqual({
      faults: { attributes: 'goods.attribute_twice' },
    });
  });

  it('begins with an empty barcode, no stock and the attributes of its neighbour', () => {
    const next = emptyVariant(draftOf(variant));
    expect(next).toMatchObject({ barcode: '', stock: '', price: '1500,50', unit: 'kg' });
    expect(next.attributes).toEqual([{ name: 'color', value: '' }]);
    expect(newSku()).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{3}$/);
  });

  it('shows what others changed meanwhile', () => {
    const after = { ...variant, price: { ...variant.price, amount: 160_000 }, on_hand: 1 };
    expect(changesOf(variant, after)).toEqual([
      { field: 'price', was: '1\u202f500,50\u202fсом', now: '1\u202f600\u202fсом' },
      { field: 'stock', was: '1,25', now: '1' },
    ]);
    expect(changesOf(variant, variant)).toEqual([]);
  });
});

describe('a new variant', () => {
  it('is untouched until something is typed, a scanned code from the address included', () => {
    const scanned = { ...emptyVariant(), barcode: '4700000000017' };
    expect(isTouched(emptyVariant())).toBe(false);
    expect(isTouched({ ...emptyVariant(), attributes: [{ name: 'size', value: ' ' }] })).toBe(false);
    expect(isTouched(scanned, '4700000000017')).toBe(false);
    expect(isTouched(scanned)).toBe(true);
    expect(isTouched({ ...emptyVariant(), price: '150' })).toBe(true);
    expect(isTouched({ ...emptyVariant(), attributes: [{ name: 'size', value: 'M' }] })).toBe(true);
  });
});
