import type { Shift } from './trade-api';

/** Amounts of the tills come in major units: 1500.5; whole tyiyn from that. */
export function minor(major: number): number {
  return Math.round(major * 100);
}

export interface Row {
  key: string;
  minor: number;
  count?: number;
  strong?: boolean;
}

/** The lines of an X or Z report that say something, in the order in which a cashier reads them. */
export function reportRows(shift: Shift): Row[] {
  const rows: Row[] = [
    { key: 'sales', minor: minor(shift.sales.total), count: shift.sales.count },
    { key: 'refunds', minor: -minor(shift.refunds.total), count: shift.refunds.count },
    { key: 'voids', minor: -minor(shift.voids.total), count: shift.voids.count },
    { key: 'refund_voids', minor: minor(shift.refund_voids.total), count: shift.refund_voids.count },
    { key: 'revenue', minor: minor(shift.revenue.total), strong: true },
    { key: 'by_cash', minor: minor(shift.revenue.cash) },
    { key: 'by_card', minor: minor(shift.revenue.card) },
    { key: 'by_qr', minor: minor(shift.revenue.qr) },
    { key: 'by_other', minor: minor(shift.revenue.other) },
    { key: 'discounts', minor: minor(shift.discounts) },
  ];
  return rows.filter((row) => row.minor !== 0 || row.key === 'sales' || row.key === 'revenue');
}

/** What should lie in the till, and what was found. */
export function cashRows(shift: Shift): Row[] {
  const rows: Row[] = [
    { key: 'opening', minor: minor(shift.opening_cash) },
    { key: 'cash_in', minor: minor(shift.cash_in.total), count: shift.cash_in.count },
    { key: 'cash_out', minor: -minor(shift.cash_out.total), count: shift.cash_out.count },
    { key: 'expected', minor: minor(shift.expected_cash), strong: true },
  ];
  const shown = rows.filter((row) => row.minor !== 0 || row.key === 'opening' || row.key === 'expected');
  if (shift.counted_cash !== null) shown.push({ key: 'counted', minor: minor(shift.counted_cash) });
  if (shift.difference) shown.push({ key: 'difference', minor: minor(shift.difference), strong: true });
  return shown;
}
