// Not by its short name: the tests of this file run without the build.
import { roundQty } from '../../../../../libs/core/money';
import type { Product, Variant } from './goods-api';

export type Unit = Variant['unit'];

/** «12» or «1,250» as typed; null for what is no quantity of this unit: pieces are whole, weight has three decimals. */
export function parseQty(text: string, unit: Unit): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  const pattern = unit === 'pcs' ? /^\d{1,7}$/ : /^\d{1,7}(\.\d{1,3})?$/;
  return pattern.test(plain) ? roundQty(Number(plain)) : null;
}

/** 1.5 → «1,5». */
export function showQty(qty: number): string {
  return String(roundQty(qty)).replace('.', ',').replace('-', '−');
}

/** Minor units as a person types them: 150050 → «1500,50». */
export function showMajor(minor: number): string {
  const rest = minor % 100;
  return `${Math.trunc(minor / 100)}${rest ? `,${String(rest).padStart(2, '0')}` : ''}`;
}

/** «синий, 44»; empty for a variant that differs by nothing. */
export function attributesText(attributes: Record<string, string>): string {
  return Object.values(attributes).join(', ');
}

export type StockState = 'none' | 'low' | 'fine';

/** Whether a variant is sold out or running out by its own threshold. */
export function stockState(variant: Pick<Variant, 'stock_qty' | 'low_stock'>): StockState {
  if (variant.stock_qty <= 0) return 'none';
  const low = variant.low_stock;
  return low !== null && variant.stock_qty <= low ? 'low' : 'fine';
}

export interface Summary {
  from: number;
  to: number;
  free: number;
  state: StockState;
  /** Whether a variant is sold out. */
  gone: boolean;
  kg: boolean;
}

/** What the list tells of a product: the range of its prices and what can be bought of it altogether. */
export function summary(product: Product): Summary {
  const sold = product.variants.filter((v) => v.is_active);
  const variants = sold.length ? sold : product.variants;
  const prices = variants.map((v) => v.price.amount);
  const states = variants.map(stockState);
  const state = states.every((s) => s === 'none')
    ? 'none'
    : states.some((s) => s !== 'fine')
      ? 'low'
      : 'fine';
  return {
    from: Math.min(...prices),
    to: Math.max(...prices),
    free: roundQty(variants.reduce((sum, v) => sum + v.stock_qty, 0)),
    state,
    gone: states.includes('none'),
    kg: variants.length > 0 && variants.every((v) => v.unit === 'kg'),
  };
}
