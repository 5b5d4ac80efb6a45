import { describe, expect, it } from 'vitest';
import { changesOf, isSum } from './audit-words';

describe('changesOf', () => {
  it('tells only what differs, field by field', () => {
    const before = { name: 'Платья', sort: 1, is_hidden: false };
    const after = { name: 'Платья', sort: 2, is_hidden: true };
    expect(changesOf(before, after)).toEqual([
      { field: 'sort', before: '1', after: '2' },
      { field: 'is_hidden', before: 'no', after: 'yes' },
    ]);
  });

  it('leaves out what an event is known by to programs', () => {
    const before = {
      consumer: 'payouts.pay',
      event: 'orders.paid.v1',
      key: 'x',
      position: 7,
      error: 'KeyError',
    };
    expect(changesOf(before, { handled: 2, left: 1, error: 'KeyError' })).toEqual([
      { field: 'handled', before: null, after: '2' },
      { field: 'left', before: null, after: '1' },
    ]);
  });

  it('never shows structures: nested fields get names, lists are joined, ids left out', () => {
    const after = {
      delivery: { city: 'Ош', point: { lat: 40.5 } },
      roles: ['buyer', 'admin'],
      shop_id: '01a1fb0a-dd6d-700c-8e2e-770a0606a901',
      lines: [{ sku: 'A', qty: 2, price: 98_000, id: '01a1fb0a-dd6d-700c-8e2e-770a0606a902' }],
      pictures: ['01a1fb0a-dd6d-700c-8e2e-770a0606a903'],
      on_hand_milli: 1500,
      nothing: null,
    };
    expect(changesOf(null, after).map((c) => [c.field, c.after])).toEqual([
      ['delivery.city', 'Ош'],
      ['delivery.point.lat', '40.5'],
      ['roles', 'buyer, admin'],
      ['lines', 'A 2'],
      ['on_hand', '1.5'],
    ]);
  });

  it('tells that an id changed, and not from what to what', () => {
    const id = '01a1fb0a-dd6d-700c-8e2e-770a0606a901';
    const changed = [{ field: 'parent_id', before: null, after: 'changed' }];
    expect(changesOf({ parent_id: id }, { parent_id: id.replace('901', '902') })).toEqual(changed);
    expect(changesOf({ parent_id: id }, { parent_id: null })).toEqual(changed);
    expect(changesOf({ parent_id: null }, { parent_id: id })).toEqual(changed);
  });

  it('knows which numbers are sums', () => {
    expect(isSum('total', '23000')).toBe(true);
    expect(isSum('offer.price', '23000')).toBe(true);
    expect(isSum('total', 'all')).toBe(false);
    expect(isSum('delta', '23000')).toBe(false);
  });
});
