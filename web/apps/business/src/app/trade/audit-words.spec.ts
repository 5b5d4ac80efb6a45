import { describe, expect, it } from 'vitest';
import { actionKey, changesOf, linkOf } from './audit-words';

describe('the log in words', () => {
  it('has a sentence for every deed', () => {
    expect(actionKey('merchant.payout.onboard')).toBe('merchant_payout_onboard');
    expect(actionKey('something.new')).toBe('other');
  });

  it('shows fields that changed and that people understand', () => {
    const entry = {
      action: 'shop.change',
      before: { name: 'A', address: 'x', internal: 1, phone: null },
      after: { name: 'B', address: 'x', internal: 2, shop_id: '0' },
    };
    expect(changesOf(entry)).toEqual([{ field: 'name', kind: 'text', before: 'A', after: 'B' }]);
  });

  it('takes differences of prices for money', () => {
    const entry = { action: 'pos.discrepancy_resolved', before: { kind: 'price', reported: 100 }, after: {} };
    expect(changesOf(entry)[0]?.kind).toBe('money');
    expect(changesOf({ ...entry, before: { kind: 'stock', reported: 1 } })[0]?.kind).toBe('thousandths');
  });

  it('leads to what can be looked at', () => {
    expect(linkOf({ entity: 'order', entity_id: '1' })).toEqual(['/orders', '1']);
    expect(linkOf({ entity: 'api_key', entity_id: '1' })).toBeNull();
  });
});
