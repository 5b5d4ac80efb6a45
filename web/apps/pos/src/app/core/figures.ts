/** The X and Z reports: as the server gives them, and as the till works them out by itself without it. */
import { standing } from './refunds';
import { fromMajor } from './sums';
import type { CashOperation, Payment, Receipt, Shift } from './types';

export interface Sums {
  count: number;
  total: number;
  cash: number;
  card: number;
  qr: number;
  other: number;
}

export interface Report {
  kind: 'X' | 'Z';
  /** Worked out by this till: without what the server alone knows, the Z number for one. */
  own: boolean;
  /** Another browser works the same shift, and its receipts are not here. */
  shared: boolean;
  z_number: number | null;
  cashier: string | null;
  opened_at: string;
  closed_at: string | null;
  receipts: number;
  first_receipt: string | null;
  last_receipt: string | null;
  sales: Sums;
  refunds: Sums;
  voids: Sums;
  refund_voids: Sums;
  revenue: Sums;
  discounts: number;
  opening_cash: number;
  cash_in: number;
  cash_out: number;
  expected_cash: number;
  counted_cash: number | null;
  difference: number | null;
  /** Receipts that came after the close, and what they took. */
  late: { count: number; total: number } | null;
}

const nothing = (): Sums => ({ count: 0, total: 0, cash: 0, card: 0, qr: 0, other: 0 });

function add(sums: Sums, payment: Payment | null, amount: number): void {
  sums.count += 1;
  sums.total += amount;
  sums[payment ?? 'other'] += amount;
}

const counts = ({ delivery }: Receipt | CashOperation): boolean =>
  delivery !== 'kept_apart' && delivery !== 'settled_by_hand';

/** The report of a shift by the till's own receipts. Refused ones are not in it: the server does not count them. */
export function ownReport(
  shift: Shift,
  all: readonly Receipt[],
  operations: readonly CashOperation[],
): Report {
  const receipts = all.filter((r) => r.shift === shift.key && counts(r));
  const types = new Map(all.map((r) => [r.number, r]));
  const [sales, refunds, voids, refundVoids] = [nothing(), nothing(), nothing(), nothing()];
  for (const receipt of receipts) {
    const named = receipt.original ? types.get(receipt.original) : undefined;
    const kind =
      receipt.type === 'sale'
        ? sales
        : receipt.type === 'refund'
          ? refunds
          : named?.type === 'refund'
            ? refundVoids
            : voids;
    add(kind, receipt.type === 'void' ? (named?.payment ?? receipt.payment) : receipt.payment, receipt.total);
  }
  const revenue = nothing();
  for (const key of ['total', 'cash', 'card', 'qr', 'other'] as const)
    revenue[key] = sales[key] - refunds[key] - voids[key] + refundVoids[key];
  revenue.count = receipts.length;
  const moved = (type: 'in' | 'out'): number =>
    operations
      .filter((o) => o.shift === shift.key && o.type === type && counts(o))
      .reduce((sum, o) => sum + o.amount, 0);
  const [cashIn, cashOut] = [moved('in'), moved('out')];
  const expected = shift.opening_cash + cashIn - cashOut + revenue.cash;
  const numbers = receipts.map((r) => r.number);
  return {
    kind: shift.closed_at ? 'Z' : 'X',
    own: true,
    shared: shift.joined ?? false,
    z_number: shift.z_number,
    cashier: shift.cashier || null,
    opened_at: shift.opened_at,
    closed_at: shift.closed_at,
    receipts: receipts.length,
    first_receipt: numbers[0] ?? null,
    last_receipt: numbers.at(-1) ?? null,
    sales,
    refunds,
    voids,
    refund_voids: refundVoids,
    revenue,
    discounts: standing(receipts)
      .filter((r) => r.type === 'sale')
      .reduce((sum, r) => sum + r.lines.reduce((a, line) => a + line.discount, 0), 0),
    opening_cash: shift.opening_cash,
    cash_in: cashIn,
    cash_out: cashOut,
    expected_cash: expected,
    counted_cash: shift.counted_cash,
    difference: shift.counted_cash === null ? null : shift.counted_cash - expected,
    late: null,
  };
}

type WireSums = Record<keyof Sums, number>;

/** A report as the server writes it: amounts are decimals in major units. */
export interface WireReport {
  shift_id: string;
  report: 'X' | 'Z';
  z_number: number | null;
  cashier: string | null;
  opened_at: string;
  closed_at: string | null;
  receipts: number;
  first_receipt: string | null;
  last_receipt: string | null;
  sales: WireSums;
  refunds: WireSums;
  voids: WireSums;
  refund_voids: WireSums;
  revenue: WireSums;
  discounts: number;
  opening_cash: number;
  cash_in: { count: number; total: number };
  cash_out: { count: number; total: number };
  expected_cash: number;
  counted_cash: number | null;
  difference: number | null;
  late: { count: number; revenue: WireSums } | null;
}

function readSums(sums: WireSums): Sums {
  return {
    count: sums.count,
    total: fromMajor(sums.total),
    cash: fromMajor(sums.cash),
    card: fromMajor(sums.card),
    qr: fromMajor(sums.qr),
    other: fromMajor(sums.other),
  };
}

const orNull = (amount: number | null): number | null => (amount === null ? null : fromMajor(amount));

export function readReport(wire: WireReport): Report {
  return {
    kind: wire.report,
    own: false,
    shared: false,
    z_number: wire.z_number,
    cashier: wire.cashier,
    opened_at: wire.opened_at,
    closed_at: wire.closed_at,
    receipts: wire.receipts,
    first_receipt: wire.first_receipt,
    last_receipt: wire.last_receipt,
    sales: readSums(wire.sales),
    refunds: readSums(wire.refunds),
    voids: readSums(wire.voids),
    refund_voids: readSums(wire.refund_voids),
    revenue: readSums(wire.revenue),
    discounts: fromMajor(wire.discounts),
    opening_cash: fromMajor(wire.opening_cash),
    cash_in: fromMajor(wire.cash_in.total),
    cash_out: fromMajor(wire.cash_out.total),
    expected_cash: fromMajor(wire.expected_cash),
    counted_cash: orNull(wire.counted_cash),
    difference: orNull(wire.difference),
    late: wire.late && { count: wire.late.count, total: fromMajor(wire.late.revenue.total) },
  };
}
