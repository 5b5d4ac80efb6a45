import { describe, expect, it } from 'vitest';
import { checkDigit } from '../../../../../libs/features/scanner/barcode';
import { GoodsIndex } from './goods-index';
import { good } from './make';

const ean = (body: string): string => `${body}${checkDigit(body)}`;

describe('goods by code', () => {
  const index = new GoodsIndex();
  index.put([
    good(),
    good({
      variant_id: 'v2',
      name: 'Сыр',
      sku: 'Sy-2',
      barcode: ean('210012300000'),
      unit: 'kg',
      price: 60_000,
    }),
    good({
      variant_id: 'v3',
      name: 'Курут',
      sku: 'K3',
      barcode: ean('250012400000'),
      unit: 'kg',
      price: 56_789,
    }),
    good({ variant_id: 'v4', name: 'Старое', sku: 'OLD', barcode: '96385074', is_active: false }),
  ]);

  it('finds barcode and SKU', () => {
    expect(index.byCode('4006381333931')?.good.variant_id).toBe('v1');
    expect(index.byCode(' tea-1 ')?.good.variant_id).toBe('v1');
    expect(index.byCode('4006381333932')).toBeNull();
    expect(index.byCode('96385074')).toBeNull();
  });

  it('reads the weight and the price of scales', () => {
    expect(index.byCode(ean('210012301250'))).toMatchObject({ qty: 1250, discount: 0 });
    const priced = index.byCode(ean('250012412345'))!;
    expect(Math.round((56_789 * priced.qty!) / 1000) - priced.discount).toBe(12_345);
    expect(index.byCode(ean('210099901250'))).toBeNull();
  });

  it('follows changes', () => {
    const own = new GoodsIndex();
    own.put([good()]);
    own.put([good({ barcode: '96385074', sku: 'NEW' })]);
    expect(own.byCode('4006381333931')).toBeNull();
    expect(own.byCode('TEA-1')).toBeNull();
    expect(own.byCode('96385074')?.good.sku).toBe('NEW');
    own.put([good({ barcode: '96385074', sku: 'NEW', is_active: false })]);
    expect(own.byCode('new')).toBeNull();
    expect(own.search('чай', 5)).toEqual([]);
  });
});

describe('search', () => {
  it('wants every word and puts beginnings first', () => {
    const index = new GoodsIndex();
    index.put([
      good({ variant_id: '1', name: 'Молочный чай', sku: 'a' }),
      good({ variant_id: '2', name: 'Чай зелёный', sku: 'b', details: '100 г' }),
      good({ variant_id: '3', name: 'Случай', sku: 'c' }),
    ]);
    expect(index.search('чай', 9).map((g) => g.variant_id)).toEqual(['2', '1', '3']);
    expect(index.search('зеленый 100', 9).map((g) => g.variant_id)).toEqual(['2']);
    expect(index.search('  ', 9)).toEqual([]);
  });

  it('is quick among ten thousand', () => {
    const index = new GoodsIndex();
    const all = Array.from({ length: 10_000 }, (_, n) =>
      good({
        variant_id: `v${n}`,
        name: `Товар номер ${n} из большого склада`,
        sku: `S-${n}`,
        barcode: ean(String(200_000_000_000 + n)),
      }),
    );
    index.put(all);
    const begin = performance.now();
    for (let n = 0; n < 20; n++) {
      expect(index.byCode(all[n * 400]!.barcode!)?.good.variant_id).toBe(`v${n * 400}`);
      expect(index.search(`склад ${n}`, 30).length).toBe(30);
    }
    expect((performance.now() - begin) / 20).toBeLessThan(50);
  });
});
