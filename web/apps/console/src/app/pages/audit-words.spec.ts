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

  it('never shows structures: nested fields get names, lists are joined, long numbers shortened', () => {
    const after = {
      delivery: { city: 'Ош', point: { lat: 40.5 } },
      roles: ['buyer', 'admin'],
      shop_id: '01a1fb0a-dd6d-700c-8e2e-770a0606a901',
      lines: [{ sku: 'A', qty: 2 }],
      nothing: null,
    };
    expect(changesOf(null, after).map((c) => [c.field, c.after])).toEqual([
      ['delivery.city', 'Ош'],
      ['delivery.point.lat', '40.5'],
      ['roles', 'buyer, admin'],
      ['shop_id', '…06a901'],
      ['lines', 'A 2'],
    ]);
  });

  it('knows which numbers are sums', () => {
    expect(isSum('total', '23000')).toBe(true);
    expect(isSum('total', 'all')).toBe(false);
    expect(isSum('delta', '23000')).toBe(false);
  });
});
