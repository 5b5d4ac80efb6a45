import { DestroyRef, Injectable, type Signal, inject, signal } from '@angular/core';
import { Problem } from '@kerben/api';
import { guestOrders, newKey } from '@kerben/core';
import { type Attempt, begin, end, isUnknown, unanswered } from './attempts';
import { CartStore } from './cart-store';
import { type OrderBody, type Placed, placeOrder } from './data';

const PAUSES_MS = [1000, 3000, 6000];

/** Storage of this device, or none: then everything works, and a reload forgets. */
function kept(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

/** How an attempt to order ended. `unsure`: the answer was lost, and the order may stand. */
export type Outcome =
  { kind: 'placed'; placed: Placed } | { kind: 'refused'; problem: Problem } | { kind: 'unsure' };

/** Places orders so that none is ever doubled: the same attempt is repeated until the server has said yes or no. */
@Injectable()
export class Checkout {
  private readonly cart = inject(CartStore);
  private readonly unsure = signal<Attempt | null>(null);
  private gone = false;
  /** True while the answer of an attempt is asked for again. */
  readonly checking = signal(false);
  /** The attempt whose answer never came. */
  readonly attempt: Signal<Attempt | null> = this.unsure.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => (this.gone = true));
  }

  /** Finds what an earlier page left unanswered. */
  recall(shopId: string): void {
    this.unsure.set(unanswered(shopId, kept(), Date.now()));
  }

  place(shopId: string, body: OrderBody): Promise<Outcome> {
    return this.send(shopId, begin(shopId, body, kept(), Date.now(), newKey()));
  }

  /** Asks for the answer that never came. */
  async again(shopId: string): Promise<Outcome> {
    const attempt = this.unsure();
    return attempt ? this.send(shopId, attempt) : { kind: 'unsure' };
  }

  /** The buyer would rather begin anew. */
  forget(shopId: string): void {
    end(shopId, kept());
    this.unsure.set(null);
  }

  private async send(shopId: string, attempt: Attempt): Promise<Outcome> {
    try {
      for (const pause of [...PAUSES_MS, null]) {
        try {
          return this.done(shopId, await placeOrder(attempt.key, attempt.body));
        } catch (error) {
          if (!isUnknown(error)) {
            this.forget(shopId);
            return { kind: 'refused', problem: error as Problem };
          }
        }
        this.unsure.set(attempt);
        if (pause === null || this.gone) break;
        this.checking.set(true);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return { kind: 'unsure' };
    } finally {
      this.checking.set(false);
    }
  }

  private done(shopId: string, placed: Placed): Outcome {
    this.forget(shopId);
    if (placed.guest_token) guestOrders.add(placed.id, placed.guest_token);
    this.cart.bought(placed.items.flatMap((line) => (line.variant_id ? [line.variant_id] : [])));
    return { kind: 'placed', placed };
  }
}
