import { describe, expect, it } from 'vitest';
import { STATES, STATUSES, TONES, belongs, forward } from './order-states';

describe('states of orders', () => {
  it('put every status under exactly one chip', () => {
    const shown = STATES.flatMap((state) => STATUSES[state]);
    expect([...shown].sort()).toEqual(Object.keys(TONES).sort());
  });

  it('know what belongs under a chip', () => {
    const order = { status: 'cooking' as const, needs_attention: null };
    expect(STATES.filter((state) => belongs(order, state))).toEqual(['all', 'collect']);
    expect(belongs({ ...order, needs_attention: 'x' }, 'attention')).toBe(true);
  });

  it('offer the usual step first and never an end', () => {
    expect(forward(['pickup_expired', 'cancelled', 'delivered'])).toEqual(['delivered', 'pickup_expired']);
    expect(forward(['cancelled', 'returned'])).toEqual([]);
    const possible = ['cooking', 'shipped', 'delivering', 'cancelled'] as const;
    expect(forward(possible, 'courier')).toEqual(['delivering', 'shipped', 'cooking']);
    expect(forward(possible, 'carrier_door')).toEqual(['shipped', 'delivering', 'cooking']);
  });
});
