import { DestroyRef, type Signal, effect, inject, untracked } from '@angular/core';
import { Live } from '@kerben/core';
import { CartStore } from './cart-store';
import type { CartGroup } from './data';

const GATHER_MS = 400;
/** Beginning to hear of goods right after the cart has been read asks for no second reading of it. */
const JUST_READ_MS = 1000;

/**
 * Keeps the cart as stock, prices and tills of these goods are, from now on; to be called while a component is made.
 * `busy` holds it off.
 */
export function watchGoods(groups: Signal<readonly CartGroup[]>, busy: () => boolean = () => false): void {
  const live = inject(Live);
  const store = inject(CartStore);
  const heard = new Map<string, () => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => !busy() && store.reload(), GATHER_MS);
  };
  const hear = (topic: string): (() => void) => {
    let known = Date.now() - store.readAt < JUST_READ_MS;
    return live.subscribe(topic, ({ kind }) => {
      if (kind !== 'reset' || !known) soon();
      known = false;
    });
  };
  effect(() => {
    const wanted = new Set<string>();
    for (const group of groups()) {
      if (group.shop_id) wanted.add(`shop:${group.shop_id}`);
      for (const line of group.lines) if (line.product_id) wanted.add(`product:${line.product_id}`);
    }
    untracked(() => {
      for (const [topic, stop] of heard) {
        if (wanted.has(topic)) continue;
        stop();
        heard.delete(topic);
      }
      for (const topic of wanted) if (!heard.has(topic)) heard.set(topic, hear(topic));
    });
  });
  // The cart may be known from long ago: it is read together with what the beginning brings.
  if (store.latest()) soon();
  else store.reload();
  inject(DestroyRef).onDestroy(() => {
    clearTimeout(timer);
    for (const stop of heard.values()) stop();
  });
}
