/** What of a receipt can still be taken back, and for how much. */
import { spread, timesMilli } from './sums';
import type { Receipt, ReceiptLine } from './types';

export interface Returnable {
  line: ReceiptLine;
  /** Thousandths that were sold and not taken back. */
  left: number;
  /** What they cost the buyer. */
  amount: number;
}

/** Those of `others` that name the receipt and stand: not refused by the server, not voided themselves. */
export function standing(others: readonly Receipt[]): Receipt[] {
  const counted = others.filter((r) => r.delivery !== 'kept_apart' && r.delivery !== 'settled_by_hand');
  const voided = new Set(counted.filter((r) => r.type === 'void').map((r) => r.original));
  return counted.filter((r) => !voided.has(r.number));
}

export function isVoided(receipt: Receipt, others: readonly Receipt[]): boolean {
  return others.some(
    (r) =>
      r.type === 'void' &&
      r.original === receipt.number &&
      r.delivery !== 'kept_apart' &&
      r.delivery !== 'settled_by_hand',
  );
}

/**
 * The lines of a sale with what is left of them. `others` are all receipts the till has, or those that name this one
 * and what names those.
 */
export function returnable(sale: Receipt, others: readonly Receipt[]): Returnable[] {
  const left = sale.lines.map((line) => ({ line, left: line.qty, amount: line.total }));
  if (isVoided(sale, others)) return left.map((entry) => ({ ...entry, left: 0, amount: 0 }));
  for (const refund of standing(others)) {
    if (refund.type !== 'refund' || refund.original !== sale.number) continue;
    for (const back of refund.lines) {
      let qty = back.qty;
      let amount = back.total;
      // One variant may stand on several lines: the server counts them together, we take line after line.
      for (const entry of left) {
        if (entry.line.variant_id !== back.variant_id || !qty) continue;
        const taken = Math.min(entry.left, qty);
        const cost = taken === qty ? Math.min(amount, entry.amount) : Math.min(amount, costOf(entry, taken));
        entry.left -= taken;
        entry.amount -= cost;
        qty -= taken;
        amount -= cost;
      }
    }
  }
  return left;
}

/** What a part of what is left costs; all of it costs all that is left, so that nothing is lost by rounding. */
export function costOf(entry: Returnable, qty: number): number {
  if (qty <= 0) return 0;
  if (qty >= entry.left) return Math.min(entry.amount, timesMilli(entry.line.price, entry.left));
  const [share] = spread(
    entry.amount,
    [qty, entry.left - qty].map((n) => n * 1000),
  );
  return Math.min(share!, timesMilli(entry.line.price, qty), entry.amount);
}

/** The lines of a refund of so much of each line, in thousandths; lines of nothing are left out. */
export function refundLines(entries: readonly Returnable[], wanted: readonly number[]): ReceiptLine[] {
  return entries.flatMap((entry, n) => {
    const qty = Math.min(wanted[n] ?? 0, entry.left);
    if (qty <= 0) return [];
    const total = costOf(entry, qty);
    return [{ ...entry.line, qty, total, discount: timesMilli(entry.line.price, qty) - total }];
  });
}

/** Whether a receipt can be voided: it stands, is no void itself, and nothing of it was taken back. */
export function canVoid(receipt: Receipt, others: readonly Receipt[]): boolean {
  if (receipt.type === 'void' || receipt.delivery === 'kept_apart' || receipt.delivery === 'settled_by_hand')
    return false;
  if (isVoided(receipt, others)) return false;
  return !standing(others).some((r) => r.type === 'refund' && r.original === receipt.number);
}
