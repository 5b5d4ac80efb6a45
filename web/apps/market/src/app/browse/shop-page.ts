import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { Live, PageTitle, PhonePipe } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { BadgeCheck, ChevronDown, Clock, MapPin, Phone, Search } from 'lucide';
import { reading } from './came';
import { readEligibility, readShop } from './data';
import { Directory } from './directory';
import { week } from './hours';
import { Results } from './results';
import { RouteLinks } from './route-links';
import { ShopOpenNow } from './shop-hours';

/** A shop: where it is, when it is open, whether its till is alive, and its goods. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Empty,
    Failed,
    Icon,
    Loading,
    PhonePipe,
    Results,
    RouteLinks,
    RouterLink,
    ShopOpenNow,
    TranslocoDirective,
  ],
  templateUrl: './shop-page.html',
  styleUrl: './shop-page.css',
})
export class ShopPage {
  readonly id = input.required<string>();
  readonly q = input<string>();
  private readonly router = inject(Router);
  private readonly directory = inject(Directory);
  protected readonly icons = {
    verified: BadgeCheck,
    down: ChevronDown,
    clock: Clock,
    pin: MapPin,
    phone: Phone,
    search: Search,
  };

  protected readonly shop = reading(
    () => this.id(),
    (id) => `/api/v1/shops/${id}`,
    readShop,
  );
  private readonly eligibility = reading(
    () => (this.shop.hasValue() ? this.shop.value().merchant_id : undefined),
    (id) => `/api/v1/merchants/${id}/eligibility`,
    readEligibility,
  );
  protected readonly till = computed(() =>
    this.eligibility.hasValue()
      ? this.eligibility.value().shops.find((shop) => shop.shop_id === this.id())
      : undefined,
  );
  protected readonly gone = computed(() => {
    const error = this.shop.error();
    return error instanceof Problem && error.status === 404;
  });
  protected readonly place = computed(() =>
    this.shop.hasValue() ? this.directory.place(this.shop.value().place_id) : undefined,
  );
  protected readonly days = computed(() => (this.shop.hasValue() ? week(this.shop.value().hours) : []));

  constructor() {
    const live = inject(Live);
    const title = inject(PageTitle);
    effect((onCleanup) => {
      onCleanup(
        live.subscribe(`shop:${this.id()}`, ({ kind }) => {
          if (kind === 'pos_status_changed' || kind === 'reset') this.eligibility.reload();
        }),
      );
    });
    effect(() => {
      if (this.shop.hasValue()) title.set(this.shop.value().name);
    });
  }

  protected search(event: Event, text: string): void {
    event.preventDefault();
    void this.router.navigate([], {
      queryParams: { q: text.trim() || null },
      queryParamsHandling: 'merge',
    });
  }
}
