import { describe, expect, it } from 'vitest';
import type { StatementKind, StatementSum } from './money-api';
import { groupSum, shownGroups } from './money-kinds';

const sum = (kind: StatementKind, amount: number): StatementSum => ({
  kind,
  count: 1,
  amount: { amount, currency: 'KGS', display: '' },
});

describe('groups of a statement', () => {
  const sums = [
    sum('sale', 1000),
    sum('commission', -50),
    sum('commission_returned', 50),
    sum('payout', -900),
  ];

  it('are net of what came back', () => {
    expect(groupSum(sums, 'sales')).toBe(1000);
    expect(groupSum(sums, 'fees')).toBe(0);
    expect(groupSum(sums, 'payouts')).toBe(-900);
    expect(groupSum(sums, 'refunds')).toBeNull();
  });

  it('leave out what nobody asked for', () => {
    expect(shownGroups(sums)).toEqual(['sales', 'fees', 'refunds', 'payouts']);
    expect(shownGroups([sum('other', 1)])).toContain('other');
  });
});
