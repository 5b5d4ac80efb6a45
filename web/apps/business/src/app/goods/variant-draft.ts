// Not by its short name: the tests of this file run without the build.
import { formatMoney, parseMajor } from '../../../../../libs/core/money';
import type { Variant } from './goods-api';
import { parseQty, showMajor, showQty, type Unit } from './quantities';

/** A variant as it is being typed. */
export interface VariantDraft {
  sku: string;
  barcode: string;
  price: string;
  unit: Unit;
  /** What lies in the shop; only a new variant begins with it. */
  stock: string;
  attributes: readonly { name: string; value: string }[];
}

/** Keys of texts by field: `{ price: 'goods.price_wrong' }`. */
export type Faults = Partial<Record<'sku' | 'price' | 'stock' | 'attributes', string>>;

/** Short, unlike any other, easy to read out: «K7Q2-MX4». Letters and digits that look alike are left out. */
export function newSku(random: () => number = Math.random): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const some = (n: number): string =>
    Array.from({ length: n }, () => letters[Math.floor(random() * letters.length)]).join('');
  return `${some(4)}-${some(3)}`;
}

export function emptyVariant(like?: VariantDraft): VariantDraft {
  return {
    sku: newSku(),
    barcode: '',
    price: like?.price ?? '',
    unit: like?.unit ?? 'pcs',
    stock: '',
    attributes: like?.attributes.map(({ name }) => ({ name, value: '' })) ?? [],
  };
}

/** Whether somebody has typed into a new variant; its code and unit are there from the beginning. */
export function isTouched(draft: VariantDraft, barcode = ''): boolean {
  const typed = [draft.price, draft.stock, ...draft.attributes.map((one) => one.value)];
  return draft.barcode !== barcode || typed.some((text) => text.trim() !== '');
}

export function draftOf(variant: Variant): VariantDraft {
  return {
    sku: variant.sku,
    barcode: variant.barcode ?? '',
    price: showMajor(variant.price.amount),
    unit: variant.unit,
    stock: showQty(variant.on_hand),
    attributes: Object.entries(variant.attributes).map(([name, value]) => ({ name, value })),
  };
}

export interface ReadVariant {
  sku: string;
  barcode: string | null;
  price: number;
  unit: Unit;
  stock: number;
  attributes: Record<string, string>;
}

/** What was typed as the server takes it, or what is wrong with it. */
export function readVariant(draft: VariantDraft): { value: ReadVariant } | { faults: Faults } {
  const faults: Faults = {};
  const price = parseMajor(draft.price);
  const stock = draft.stock.trim() ? parseQty(draft.stock, draft.unit) : 0;
  const rows = draft.attributes.filter((a) => a.name.trim() || a.value.trim());
  const names = new Set(rows.map((a) => a.name.trim().toLowerCase()));
  if (!draft.sku.trim()) faults.sku = 'common.required';
  if (!price) faults.price = 'goods.price_wrong';
  if (stock === null) faults.stock = draft.unit === 'pcs' ? 'goods.pcs_wrong' : 'goods.kg_wrong';
  if (rows.some((a) => !a.name.trim() || !a.value.trim())) faults.attributes = 'goods.attribute_wrong';
  else if (names.size < rows.length) faults.attributes = 'goods.attribute_twice';
  if (Object.keys(faults).length || !price || stock === null) return { faults };
  const value: ReadVariant = {
    sku: draft.sku.trim(),
    barcode: draft.barcode.replace(/\s/g, '') || null,
    price,
    unit: draft.unit,
    stock,
    attributes: Object.fromEntries(rows.map((a) => [a.name.trim(), a.value.trim()])),
  };
  return { value };
}

export interface FieldChange {
  field: 'price' | 'sku' | 'barcode' | 'attributes' | 'stock';
  was: string;
  now: string;
}

/** What others changed of a variant since it was read, stock included. */
export function changesOf(before: Variant, after: Variant): FieldChange[] {
  const text = (v: Variant): Record<FieldChange['field'], string> => ({
    price: formatMoney(v.price.amount, v.price.currency),
    sku: v.sku,
    barcode: v.barcode ?? '—',
    attributes: Object.values(v.attributes).join(', ') || '—',
    stock: showQty(v.on_hand),
  });
  const [was, now] = [text(before), text(after)];
  return (Object.keys(was) as FieldChange['field'][])
    .filter((field) => was[field] !== now[field])
    .map((field) => ({ field, was: was[field], now: now[field] }));
}
