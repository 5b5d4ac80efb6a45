import { Injectable, computed, effect, inject, resource, signal } from '@angular/core';
import { api, call, type Schemas } from '@kerben/api';
import { Session } from '@kerben/core';
import { type Duty, type Role, may } from './roles';

export type OwnMerchant = Schemas['OwnMerchant'];
export type Shop = Schemas['ShopFacts'];

const KEY = 'kerben.business.shop';

/**
 * The seller and the shop that the cabinet shows, remembered on this device. Pages inside the frame always have a
 * shop: `shopId()` is never empty there.
 */
@Injectable({ providedIn: 'root' })
export class CurrentShop {
  private readonly session = inject(Session);
  private readonly chosen = signal(kept());
  /** Everything that the person owns or works for; read again after a change of it. */
  readonly own = resource({
    params: () => this.session.user()?.id,
    loader: ({ abortSignal }) => ownMerchants(abortSignal),
  });
  readonly merchants = computed(() => (this.own.hasValue() ? this.own.value() : []));
  private readonly place = computed(() => {
    const all = this.merchants();
    for (const own of all) {
      const shop = own.shops.find((s) => s.id === this.chosen());
      if (shop) return { own, shop };
    }
    const own =
      all.find((o) => o.shops.some((s) => s.is_active)) ?? all.find((o) => o.shops.length) ?? all[0];
    const shop = own?.shops.find((s) => s.is_active) ?? own?.shops[0];
    return { own, shop };
  });
  readonly merchant = computed(() => this.place().own?.merchant ?? null);
  readonly shop = computed(() => this.place().shop ?? null);
  /** Shops of the current seller, closed ones too. */
  readonly shops = computed(() => this.place().own?.shops ?? []);
  readonly role = computed<Role | null>(() => this.place().own?.role ?? null);
  readonly shopId = computed(() => this.shop()?.id ?? '');
  readonly merchantId = computed(() => this.merchant()?.id ?? '');

  constructor() {
    // A tab opened later begins with the shop that was looked at last.
    effect(() => {
      const id = this.shop()?.id;
      if (id) keep(id);
    });
  }

  choose(shopId: string): void {
    this.chosen.set(shopId);
  }

  may(duty: Duty): boolean {
    return may(this.role(), duty);
  }

  reload(): void {
    this.own.reload();
  }

  /** As `reload`, done when the new state is shown: after a shop was opened. */
  async refresh(): Promise<void> {
    this.own.set(await ownMerchants());
  }
}

async function ownMerchants(signal?: AbortSignal): Promise<OwnMerchant[]> {
  return (await call(api.GET('/api/v1/me/merchants', { signal }))).items;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // nothing is remembered without storage
  }
}

function keep(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // see above
  }
}
