import type { Schemas } from '@kerben/api';
import type { Product, Variant } from '../goods/goods-api';

/** A line of an order that is being taken down. */
export interface Wanted {
  product: Product;
  variant: Variant;
  qty: number;
}

/** The lines with one more of a variant; no more than there is. */
export function added(lines: readonly Wanted[], product: Product, variant: Variant): Wanted[] {
  const known = lines.find((line) => line.variant.id === variant.id);
  if (!known) return [...lines, { product, variant, qty: 1 }];
  const qty = Math.min(known.qty + 1, Math.max(known.qty, known.variant.stock_qty));
  return lines.map((line) => (line === known ? { ...line, qty } : line));
}

/** The sum of the lines in minor units; halves of a tyiyn go up, as on the server. */
export function sumOf(lines: readonly Wanted[]): number {
  return lines.reduce(
    (sum, line) => sum + Math.floor((line.variant.price.amount * Math.round(line.qty * 1000) + 500) / 1000),
    0,
  );
}

/** What is written of a variant besides the product's name. */
export function variantText(variant: Variant): string {
  return Object.values(variant.attributes).join(' · ');
}

export type DeliveryField = keyof Omit<Schemas['Delivery'], 'method'>;

/** Fields of a form as the server takes them; what was left empty is left out. */
export function deliveryOf(
  method: Schemas['DeliveryMethod'],
  fields: readonly string[],
  typed: Readonly<Record<string, string>>,
): Schemas['Delivery'] {
  const delivery: Record<string, string> = { method };
  for (const name of fields) {
    const value = typed[name]?.trim();
    // Times are typed in the market's time zone.
    if (value) delivery[name] = name.startsWith('slot_') ? `${value}:00+06:00` : value;
  }
  return delivery as unknown as Schemas['Delivery'];
}
