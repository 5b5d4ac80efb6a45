import { DestroyRef, type Signal, effect, inject, untracked } from '@angular/core';
import { Live } from '@kerben/core';
import type { CartGroup } from './data';

/** Tells when stock, price or till of goods in the cart have changed; to be called while a component is made. */
export function watchGoods(groups: Signal<readonly CartGroup[]>, changed: () => void): void {
  const live = inject(Live);
  const heard = new Map<string, () => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, 400);
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
      for (const topic of wanted) if (!heard.has(topic)) heard.set(topic, live.subscribe(topic, soon));
    });
  });
  inject(DestroyRef).onDestroy(() => {
    clearTimeout(timer);
    for (const stop of heard.values()) stop();
  });
}
