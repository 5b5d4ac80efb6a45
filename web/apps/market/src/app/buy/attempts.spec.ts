import { describe, expect, it } from 'vitest';
import { type Kept, KEPT_MS, begin, end, isUnknown, unanswered } from './attempts';
import type { OrderBody } from './data';

const body = (qty: number): OrderBody => ({
  shop_id: 's',
  items: [{ variant_id: 'v', qty }],
  delivery: { method: 'pickup' },
  payment_method: 'card',
});

function storage(): Kept {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}

describe('an attempt to order', () => {
  it('keeps its key until there is an answer', () => {
    const kept = storage();
    const first = begin('s', body(1), kept, 1000, 'k1');
    expect(begin('s', body(1), kept, 2000, 'k2')).toEqual(first);
    expect(unanswered('s', kept, 3000)).toEqual(first);
    end('s', kept);
    expect(unanswered('s', kept, 4000)).toBeNull();
    expect(begin('s', body(1), kept, 5000, 'k3').key).toBe('k3');
  });

  it('has a new key for another order and for another shop', () => {
    const kept = storage();
    begin('s', body(1), kept, 1000, 'k1');
    expect(begin('s', body(2), kept, 1000, 'k4').key).toBe('k4');
    expect(unanswered('t', kept, 1000)).toBeNull();
  });

  it('is forgotten when the server may have forgotten it', () => {
    const kept = storage();
    begin('s', body(1), kept, 0, 'k5');
    expect(unanswered('s', kept, KEPT_MS)).toBeNull();
  });

  it('survives spoilt storage', () => {
    const kept = storage();
    kept.setItem('kerben.attempt.s', '{');
    expect(unanswered('s', kept, 0)).toBeNull();
  });
});

describe('a failure', () => {
  it('leaves the order open when nobody answered', () => {
    for (const [status, code] of [
      [0, 'OFFLINE'],
      [502, 'HTTP_502'],
      [409, 'REQUEST_IN_FLIGHT'],
    ] as const)
      expect(isUnknown({ status, code })).toBe(true);
    expect(isUnknown(new TypeError('cut off'))).toBe(true);
  });

  it('is an answer when the server refused', () => {
    for (const [status, code] of [
      [409, 'OUT_OF_STOCK'],
      [422, 'INVALID_REQUEST'],
      [429, 'RATE_LIMITED'],
    ] as const)
      expect(isUnknown({ status, code })).toBe(false);
  });
});
