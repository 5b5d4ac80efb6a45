import { Injectable, type Signal, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { type Schemas, api, call, callWith } from '@kerben/api';
import { Session, formatMoney, guestCart, roundQty } from '@kerben/core';

export type Cart = Schemas['CartView'];

const TOKEN_HEADER = 'X-Cart-Token';
/** Written after each change, so that other tabs read the cart again; the guest's token sits under the other key. */
const TOUCHED = 'kerben.cart-touched';
const TOKEN = 'kerben.cart';
/** After an order the server empties the account's cart by itself, within a moment. */
const SETTLED_MS = 2000;

const EMPTY: Cart = {
  groups: [],
  items_count: 0,
  total: { amount: 0, currency: 'KGS', display: formatMoney(0) },
};

/**
 * The cart of the account, or of whoever holds the guest's token; the same in every tab.
 *
 * One small call when the page has nothing better to do; none at all for a guest without a cart. Quantities show at
 * once and are sent one after another, the last wish winning. `add`, `set` and `remove` throw `Problem`; then the
 * cart shows what the server has.
 */
@Injectable({ providedIn: 'root' })
export class CartStore {
  private readonly session = inject(Session);
  /** Quantities that the server has not confirmed yet, by variant. */
  private readonly wished = signal<ReadonlyMap<string, number>>(new Map());
  private readonly sending = new Map<string, Promise<void>>();
  private readonly quantities = new Map<string, Signal<number>>();
  private queue: Promise<unknown> = Promise.resolve();
  private idle: Promise<void> | undefined;
  /** When the server last told the whole cart, in milliseconds since the epoch. */
  readAt = 0;

  readonly cart = resource({
    params: () => this.session.user()?.id ?? 'guest',
    loader: async ({ params, abortSignal }): Promise<Cart> => {
      if (params === 'guest' && !guestCart.get()) return EMPTY;
      await (this.idle ??= whenIdle());
      return this.kept(await callWith(api.GET('/api/v1/cart', { signal: abortSignal })));
    },
  });

  /** The cart as it was last known: stays while it is read again and when that fails. */
  readonly latest = linkedSignal<Cart | null, Cart | null>({
    source: () => (this.cart.hasValue() ? this.cart.value() : null),
    computation: (now, before) => now ?? before?.value ?? null,
  });

  /** How many different goods there are. */
  readonly count = computed(() => this.latest()?.items_count ?? 0);

  private readonly confirmed = computed(() => {
    const lines = (this.latest()?.groups ?? []).flatMap((group) => group.lines);
    return new Map(lines.map((line) => [line.variant_id, Number(line.qty)]));
  });

  constructor() {
    window.addEventListener('storage', (event: StorageEvent) => {
      if (event.key === TOUCHED || event.key === TOKEN) this.reload();
    });
  }

  /** How many of a variant are in the cart; follows what the buyer taps at once. */
  qtyOf(variantId: string): Signal<number> {
    let quantity = this.quantities.get(variantId);
    if (!quantity) {
      quantity = computed(() => this.wished().get(variantId) ?? this.confirmed().get(variantId) ?? 0);
      this.quantities.set(variantId, quantity);
    }
    return quantity;
  }

  /** Puts so many more in. Throws `Problem`. */
  async add(variantId: string, qty: number): Promise<void> {
    if (!this.latest()) await this.read();
    await this.set(variantId, roundQty(this.qtyOf(variantId)() + qty));
  }

  /** Sets how many the cart holds; 0 takes the variant out. Throws `Problem`. */
  set(variantId: string, qty: number): Promise<void> {
    this.wish(variantId, qty);
    let work = this.sending.get(variantId);
    if (!work) {
      work = this.inTurn(() => this.send(variantId));
      this.sending.set(variantId, work);
    }
    return work;
  }

  /** Takes a variant out. Throws `Problem`. */
  remove(variantId: string): Promise<void> {
    return this.set(variantId, 0);
  }

  reload(): void {
    this.cart.reload();
  }

  /** Goods have become an order: they leave the cart here at once, on the server a moment later. */
  bought(variantIds: readonly string[]): void {
    const cart = this.latest();
    if (cart) {
      const groups = cart.groups
        .map((group) => ({ ...group, lines: group.lines.filter((l) => !variantIds.includes(l.variant_id)) }))
        .filter((group) => group.lines.length > 0);
      const items_count = groups.reduce((n, group) => n + group.lines.length, 0);
      this.take({ ...cart, groups, items_count });
    }
    setTimeout(() => {
      this.reload();
      this.tellOtherTabs();
    }, SETTLED_MS);
  }

  /** Reads the cart now; throws `Problem`. Whoever is about to order asks for the prices of this moment. */
  async read(): Promise<Cart> {
    if (!this.session.isSignedIn() && !guestCart.get()) return this.take(EMPTY);
    return this.take(this.kept(await callWith(api.GET('/api/v1/cart', {}))));
  }

  /** Changes go one by one: a guest's first one brings the token that the next must carry. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work, work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async send(variantId: string): Promise<void> {
    try {
      for (let qty = this.wished().get(variantId); qty !== undefined;) {
        const cart = qty > 0 ? await this.put(variantId, qty) : await this.drop(variantId);
        const next: number | undefined = this.wished().get(variantId);
        this.take(cart);
        if (next === qty) break;
        qty = next;
      }
      this.tellOtherTabs();
    } finally {
      this.wish(variantId, null);
      this.sending.delete(variantId);
    }
  }

  private async put(variantId: string, qty: number): Promise<Cart> {
    const path = { variant_id: variantId };
    return this.kept(
      await callWith(api.PUT('/api/v1/cart/items/{variant_id}', { params: { path }, body: { qty } })),
    );
  }

  private drop(variantId: string): Promise<Cart> {
    const path = { variant_id: variantId };
    return call(api.DELETE('/api/v1/cart/items/{variant_id}', { params: { path } }));
  }

  private wish(variantId: string, qty: number | null): void {
    this.wished.update((before) => {
      const after = new Map(before);
      if (qty === null) after.delete(variantId);
      else after.set(variantId, qty);
      return after;
    });
  }

  private take(cart: Cart): Cart {
    this.cart.set(cart);
    return cart;
  }

  private kept(answer: { data: Cart; response: Response }): Cart {
    this.readAt = Date.now();
    const token = answer.data.token ?? answer.response.headers.get(TOKEN_HEADER);
    if (this.session.isSignedIn()) {
      // The account's cart has taken the guest's in.
      if (guestCart.get()) guestCart.clear();
    } else if (token && token !== guestCart.get()) guestCart.set(token);
    return answer.data;
  }

  private tellOtherTabs(): void {
    try {
      localStorage.setItem(TOUCHED, String(Date.now()));
    } catch {
      // Without storage every tab has its own cart.
    }
  }
}

/** When the browser has shown the page; the basket's number can wait for that. */
function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1000 });
    else setTimeout(resolve, 200);
  });
}
