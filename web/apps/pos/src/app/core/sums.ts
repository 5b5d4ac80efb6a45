/** The arithmetic of a receipt, exact to the tyiyn; the server rounds in the same way. */
import type { Good, ReceiptLine } from './types';

export interface Discount {
  kind: 'percent' | 'sum';
  /** Hundredths of a percent, or tyiyn. */
  value: number;
}

export interface CartLine {
  id: number;
  good: Good;
  qty: number;
  discount: Discount | null;
}

export interface Totals {
  lines: ReceiptLine[];
  /** Before discounts. */
  gross: number;
  discount: number;
  total: number;
}

const divideHalfUp = (n: bigint, by: bigint): number => Number((n * 2n + by) / (by * 2n));

/** Price × quantity in thousandths, rounded half up to a tyiyn. */
export function timesMilli(amount: number, qtyMilli: number): number {
  return divideHalfUp(BigInt(amount) * BigInt(qtyMilli), 1000n);
}

/** What a discount takes off an amount: never more than the amount. */
export function discountOf(amount: number, discount: Discount | null): number {
  if (!discount || discount.value <= 0) return 0;
  const off =
    discount.kind === 'sum' ? discount.value : divideHalfUp(BigInt(amount) * BigInt(discount.value), 10_000n);
  return Math.min(amount, off);
}

/**
 * Shares a sum among lines in proportion to their amounts, to the tyiyn: the shares add up to the sum (or to all
 * amounts, when that is less) and none is more than its line. What rounding leaves goes to the largest remainders, of
 * equal ones to the first.
 */
export function spread(sum: number, amounts: readonly number[]): number[] {
  const all = amounts.reduce((a, b) => a + b, 0);
  const whole = Math.min(sum, all);
  if (whole <= 0) return amounts.map(() => 0);
  const parts = amounts.map((amount, index) => {
    const product = BigInt(whole) * BigInt(amount);
    return { index, share: Number(product / BigInt(all)), rest: product % BigInt(all) };
  });
  let left = whole - parts.reduce((a, part) => a + part.share, 0);
  const order = [...parts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1));
  for (const part of order) {
    if (left === 0) break;
    part.share += 1;
    left -= 1;
  }
  return parts.map((part) => part.share);
}

/** The lines of a receipt with their own discounts and their shares of the receipt's. */
export function totals(cart: readonly CartLine[], whole: Discount | null): Totals {
  const gross = cart.map((line) => timesMilli(line.good.price, line.qty));
  const own = cart.map((line, n) => discountOf(gross[n]!, line.discount));
  const net = gross.map((amount, n) => amount - own[n]!);
  const sum = net.reduce((a, b) => a + b, 0);
  const shares = spread(discountOf(sum, whole), net);
  const lines = cart.map(({ good, qty }, n) => ({
    variant_id: good.variant_id,
    name: good.name,
    details: good.details,
    sku: good.sku,
    unit: good.unit,
    qty,
    price: good.price,
    discount: own[n]! + shares[n]!,
    total: net[n]! - shares[n]!,
  }));
  const before = gross.reduce((a, b) => a + b, 0);
  const total = lines.reduce((a, line) => a + line.total, 0);
  return { lines, gross: before, discount: before - total, total };
}

/** What buyers are likely to hand over: the sum itself and the next round sums of notes; at most `count`. */
export function quickCash(total: number, count = 6): number[] {
  const found = new Set([total]);
  for (const note of [50, 100, 200, 500, 1000, 2000, 5000]) {
    const step = note * 100;
    found.add(Math.ceil(total / step) * step);
  }
  return [...found].sort((a, b) => a - b).slice(0, count);
}

/** Of weighed goods, how much costs a printed price: the least that costs no less, the rest is a discount. */
export function qtyForPrice(price: number, unitPrice: number): { qty: number; discount: number } | null {
  if (unitPrice <= 0 || price <= 0) return null;
  let qty = Math.max(1, Math.floor((price * 1000) / unitPrice));
  while (timesMilli(unitPrice, qty) < price) qty += 1;
  return { qty, discount: timesMilli(unitPrice, qty) - price };
}

/** «1,5» or «0.345» → thousandths; null for what is no quantity of this unit. */
export function parseQty(text: string, unit: 'pcs' | 'kg'): number | null {
  const match = /^(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!match) return null;
  const milli = Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0'));
  if (milli <= 0 || (unit === 'pcs' && milli % 1000)) return null;
  return milli;
}

/** 150050 → '1500.50', as tills write amounts. */
export function toMajor(minor: number): string {
  const plain = `${Math.floor(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
  return minor < 0 ? `-${plain}` : plain;
}

/** A JSON number in major units → tyiyn. */
export function fromMajor(major: number): number {
  return Math.round(major * 100);
}

/** 345 → '0.345' */
export function toUnits(milli: number): string {
  return String(milli / 1000);
}
