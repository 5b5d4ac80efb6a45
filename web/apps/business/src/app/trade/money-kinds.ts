/** Kinds of operations as a statement groups them. */
import type { StatementKind, StatementSum } from './money-api';

/** What a seller distinguishes day by day; fees and refunds are net of what was given back of them. */
export const GROUPS = ['sales', 'fees', 'refunds', 'payouts', 'other'] as const;
export type Group = (typeof GROUPS)[number];

export const KINDS: Record<Group, readonly StatementKind[]> = {
  sales: ['sale'],
  fees: ['commission', 'acquiring_fee', 'commission_returned', 'acquiring_fee_returned'],
  refunds: ['refund', 'compensation'],
  payouts: ['payout', 'payout_returned'],
  other: ['other'],
};

/** The groups to show: the four always, the rest only where there is something in it. */
export function shownGroups(sums: readonly StatementSum[]): readonly Group[] {
  return GROUPS.filter((group) => group !== 'other' || inGroup(sums, group).length > 0);
}

/** Sum of a group in minor units, null where nothing happened. */
export function groupSum(sums: readonly StatementSum[], group: Group): number | null {
  const found = inGroup(sums, group);
  return found.length ? found.reduce((sum, one) => sum + one.amount.amount, 0) : null;
}

function inGroup(sums: readonly StatementSum[], group: Group): StatementSum[] {
  return sums.filter((one) => KINDS[group].includes(one.kind));
}
