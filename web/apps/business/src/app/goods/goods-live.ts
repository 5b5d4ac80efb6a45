import { inject } from '@angular/core';
import { Live } from '@kerben/core';
import { type Product, listGoods } from './goods-api';

const PAUSE_MS = 500;
const BATCH = 100;

/**
 * Hears what sells and changes in a shop and reads just those goods again. `shown` says whether a variant is on the
 * page at all. Returns the end. Call where one may inject.
 */
export function goodsLive(): (
  shopId: string,
  shown: (variantId: string) => boolean,
  take: (products: readonly Product[]) => void,
  reset: () => void,
) => () => void {
  const live = inject(Live);
  return (shopId, shown, take, reset) => {
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      const ids = [...waiting].slice(0, BATCH);
      ids.forEach((id) => waiting.delete(id));
      try {
        take((await listGoods(shopId, { variant_id: ids })).items);
      } catch {
        // The next change, or the next visit, brings what was missed.
      }
    };
    const stop = live.subscribe(`shop:${shopId}`, (message) => {
      if (message.kind === 'reset') return reset();
      const id = message.data['variant_id'];
      if (typeof id !== 'string' || !shown(id)) return;
      waiting.add(id);
      clearTimeout(timer);
      timer = setTimeout(() => void read(), PAUSE_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  };
}

/** The list with these goods as they are now. */
export function replaced(items: readonly Product[], fresh: readonly Product[]): readonly Product[] {
  const byId = new Map(fresh.map((product) => [product.id, product]));
  return items.map((item) => byId.get(item.id) ?? item);
}
