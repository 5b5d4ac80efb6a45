import { describe, expect, it } from 'vitest';
import type { Product, Variant } from './goods-api';
import {
  CHUNK,
  costOf,
  difference,
  differences,
  emptyDraft,
  movements,
  scanned,
  withExpected,
  withLine,
  without,
} from './scan-draft';

function goods(id: string, on_hand: number): { product: Product; variant: Variant } {
  const variant = {
    id,
    sku: `S-${id}`,
    unit: 'pcs',
    attributes: { color: 'синий', size: '44' },
    on_hand,
  } as unknown as Variant;
  const product = {
    name: `Товар ${id}`,
    picture: null,
    pictures: [],
    variants: [variant],
  } as unknown as Product;
  return { product, variant };
}

const scan = (draft = emptyDraft(), id = 'a', on_hand = 5) => {
  const { product, variant } = goods(id, on_hand);
  return scanned(draft, product, variant);
};

describe('a list of scanned goods', () => {
  it('counts a code that comes again, and puts it on top', () => {
    const draft = scan(scan(scan(), 'b'), 'a');
    expect(draft.lines.map((l) => [l.variantId, l.qty])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(draft.lines[0]!.details).toBe('синий, 44');
  });

  it('keeps the cost that was typed', () => {
    const draft = scan(withLine(scan(), 'a', { cost: 12_050 }));
    expect(draft.lines[0]).toMatchObject({ qty: 2, cost: 12_050 });
    expect(costOf(draft)).toBe(24_100);
  });

  it('has another key after every change, and the same one until then', () => {
    const first = scan();
    const second = withLine(first, 'a', { qty: 7 });
    expect(second.key).not.toBe(first.key);
    expect(movements(second, 'goods_in')[0]!.key).toBe(movements(second, 'goods_in')[0]!.key);
    expect(withExpected(second, [goods('a', 9).product]).key).toBe(second.key);
  });

  it('shows what differs from the books', () => {
    let draft = scan(scan(scan(), 'b', 1), 'c', 0);
    expect(draft.lines.map(difference)).toEqual([1, 0, -4]);
    expect(differences(draft)).toEqual({ more: 1, less: 1, same: 1 });
    draft = withExpected(draft, [goods('a', 1).product]);
    expect(differences(draft)).toEqual({ more: 1, less: 0, same: 2 });
    expect(differences(without(draft, 'c'))).toEqual({ more: 0, less: 0, same: 2 });
  });

  it('goes out in calls of 500, each with its own key; nothing came in is not sent', () => {
    let draft = emptyDraft();
    for (let n = 0; n < CHUNK + 2; n++) draft = scan(draft, `v${n}`);
    const calls = movements(draft, 'stocktake');
    expect(calls.map((c) => c.items.length)).toEqual([CHUNK, 2]);
    expect(new Set(calls.map((c) => c.key)).size).toBe(2);
    const nothing = withLine(scan(), 'a', { qty: 0 });
    expect(movements(nothing, 'goods_in')).toEqual([]);
    expect(movements(nothing, 'stocktake')[0]!.items[0]).toMatchObject({ qty: 0, cause: 'stocktake' });
  });
});
