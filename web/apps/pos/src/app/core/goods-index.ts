/** All goods of the shop in memory: a code is found at once, words within a few milliseconds among ten thousand. */
import { normaliseBarcode, readScaleCode } from '../../../../../libs/features/scanner/barcode';
import { qtyForPrice } from './sums';
import type { Good } from './types';

/** Goods found by a code; scales print a quantity, or a price, into theirs. */
export interface Found {
  good: Good;
  qty: number | null;
  /** Tyiyn off, so that goods weighed by price cost what is printed. */
  discount: number;
}

interface Entry {
  good: Good;
  /** Words to search in. */
  text: string;
}

export class GoodsIndex {
  private readonly entries = new Map<string, Entry>();
  private readonly byBarcode = new Map<string, Entry>();
  private readonly bySku = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** Takes over new and changed goods. */
  put(goods: readonly Good[]): void {
    for (const good of goods) {
      const old = this.entries.get(good.variant_id);
      if (old) this.forget(old);
      const text = `${good.name} ${good.details} ${good.sku} ${good.barcode ?? ''}`;
      const entry = { good, text: plain(text) };
      this.entries.set(good.variant_id, entry);
      if (!good.is_active) continue;
      if (good.barcode) this.byBarcode.set(good.barcode, entry);
      this.bySku.set(good.sku.toLowerCase(), entry);
    }
  }

  get(variantId: string): Good | undefined {
    return this.entries.get(variantId)?.good;
  }

  /** The goods that a scanned or typed code names: barcode, scales' code, SKU. */
  byCode(text: string): Found | null {
    const code = text.trim();
    const barcode = normaliseBarcode(code);
    const entry = (barcode && this.byBarcode.get(barcode)) || this.bySku.get(code.toLowerCase());
    if (entry) return { good: entry.good, qty: null, discount: 0 };
    const scale = readScaleCode(code);
    const weighed = scale && this.byBarcode.get(scale.template)?.good;
    if (!scale || !weighed || weighed.unit !== 'kg') return null;
    if (scale.weight_g !== null)
      return scale.weight_g > 0 ? { good: weighed, qty: scale.weight_g, discount: 0 } : null;
    const worth = qtyForPrice(scale.price ?? 0, weighed.price);
    return worth && { good: weighed, ...worth };
  }

  /** Goods on sale whose words hold every word asked for, the best first: names that begin so before others. */
  search(text: string, limit: number): Good[] {
    const words = plain(text).split(' ').filter(Boolean);
    if (!words.length) return [];
    const ranked: [number, Good][] = [];
    for (const { good, text: all } of this.entries.values()) {
      if (!good.is_active) continue;
      let rank = 0;
      let every = true;
      for (const word of words) {
        const at = all.indexOf(word);
        if (at < 0) {
          every = false;
          break;
        }
        rank += at === 0 ? 0 : all[at - 1] === ' ' ? 1 : 2;
      }
      if (every) ranked.push([rank, good]);
    }
    ranked.sort(([a, x], [b, y]) => a - b || (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
    return ranked.slice(0, limit).map(([, good]) => good);
  }

  /** Some goods on sale in the order of their names. */
  some(limit: number): Good[] {
    const active = [...this.entries.values()].map((e) => e.good).filter((good) => good.is_active);
    return active.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, limit);
  }

  private forget({ good }: Entry): void {
    // Its code may belong to other goods by now.
    const barcode = good.barcode && this.byBarcode.get(good.barcode);
    if (barcode && barcode.good.variant_id === good.variant_id) this.byBarcode.delete(good.barcode!);
    const sku = this.bySku.get(good.sku.toLowerCase());
    if (sku?.good.variant_id === good.variant_id) this.bySku.delete(good.sku.toLowerCase());
  }
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim();
}
