// Not by their short names: the tests of this file run without the build.
import { newKey } from '../../../../../libs/core/keys';
import { roundQty } from '../../../../../libs/core/money';
import type { Movement, Product, Variant } from './goods-api';

/** What becomes of a scanned list. */
export type ScanKind = 'goods_in' | 'stocktake';

/** One line of goods that are taken in or counted. `qty` came in or was counted, `expected` lay there by the books. */
export interface ScanLine {
  variantId: string;
  name: string;
  details: string;
  sku: string;
  picture: string | null;
  unit: Variant['unit'];
  qty: number;
  expected: number;
  /** What one unit cost, minor units; goods in only. */
  cost: number | null;
}

/** A list that is not saved yet. `key` makes a repeated sending count once; it is another after every change. */
export interface Draft {
  key: string;
  lines: readonly ScanLine[];
  supplier: string;
  note: string;
}

/** So many lines go in one call. */
export const CHUNK = 500;

export function emptyDraft(): Draft {
  return { key: newKey(), lines: [], supplier: '', note: '' };
}

export function changed(draft: Draft, what: Partial<Omit<Draft, 'key'>>): Draft {
  return { ...draft, ...what, key: newKey() };
}

/** One more of a variant; the line goes to the top, where the eyes are. */
export function scanned(draft: Draft, product: Product, variant: Variant, qty = 1): Draft {
  const known = draft.lines.find((line) => line.variantId === variant.id);
  const line: ScanLine = {
    variantId: variant.id,
    name: product.name,
    details: Object.values(variant.attributes).join(', '),
    sku: variant.sku,
    picture: product.pictures[0]?.thumbnails[0]?.url ?? product.picture,
    unit: variant.unit,
    qty: roundQty((known?.qty ?? 0) + qty),
    expected: variant.on_hand,
    cost: known?.cost ?? null,
  };
  return changed(draft, { lines: [line, ...draft.lines.filter((l) => l.variantId !== variant.id)] });
}

export function withLine(draft: Draft, variantId: string, what: Partial<ScanLine>): Draft {
  const lines = draft.lines.map((line) => (line.variantId === variantId ? { ...line, ...what } : line));
  return changed(draft, { lines });
}

export function without(draft: Draft, variantId: string): Draft {
  return changed(draft, { lines: draft.lines.filter((line) => line.variantId !== variantId) });
}

/** What the books say now, without a word about what was counted. */
export function withExpected(draft: Draft, products: readonly Product[]): Draft {
  const now = new Map(products.flatMap((p) => p.variants.map((v) => [v.id, v.on_hand] as const)));
  return {
    ...draft,
    lines: draft.lines.map((l) => ({ ...l, expected: now.get(l.variantId) ?? l.expected })),
  };
}

export function difference(line: ScanLine): number {
  return roundQty(line.qty - line.expected);
}

export interface Difference {
  more: number;
  less: number;
  same: number;
}

/** How many lines have more, less and as much as the books say. */
export function differences(draft: Draft): Difference {
  const all = draft.lines.map(difference);
  return {
    more: all.filter((d) => d > 0).length,
    less: all.filter((d) => d < 0).length,
    same: all.filter((d) => d === 0).length,
  };
}

/** What all the goods cost, as far as it was said; minor units. */
export function costOf(draft: Draft): number {
  return draft.lines.reduce((sum, line) => sum + Math.round((line.cost ?? 0) * line.qty), 0);
}

/** The calls that save a list, each with a key of its own. */
export function movements(draft: Draft, cause: ScanKind): { key: string; items: Movement[] }[] {
  const items = draft.lines
    .filter((line) => cause === 'stocktake' || line.qty > 0)
    .map((line) => ({
      variant_id: line.variantId,
      cause,
      qty: line.qty,
      unit_cost: cause === 'goods_in' ? line.cost : null,
      supplier: cause === 'goods_in' ? draft.supplier.trim() || null : null,
      note: draft.note.trim() || null,
    }));
  const calls: { key: string; items: Movement[] }[] = [];
  for (let at = 0; at < items.length; at += CHUNK) {
    calls.push({ key: `${draft.key}-${at / CHUNK}`, items: items.slice(at, at + CHUNK) });
  }
  return calls;
}

const place = (kind: string, shopId: string): string => `kerben.${kind}.${shopId}`;

/** The list that was not saved when the page was left. */
export function readDraft(kind: ScanKind, shopId: string): Draft {
  try {
    const kept = JSON.parse(localStorage.getItem(place(kind, shopId)) ?? 'null') as Draft | null;
    return kept && Array.isArray(kept.lines) ? { ...emptyDraft(), ...kept } : emptyDraft();
  } catch {
    return emptyDraft();
  }
}

export function keepDraft(kind: ScanKind, shopId: string, draft: Draft): void {
  try {
    if (draft.lines.length) localStorage.setItem(place(kind, shopId), JSON.stringify(draft));
    else localStorage.removeItem(place(kind, shopId));
  } catch {
    // Without storage the list lives as long as the page.
  }
}
