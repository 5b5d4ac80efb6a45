import { ChangeDetectionStrategy, Component, computed, inject, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PhonePipe } from '@kerben/core';
import { Icon } from '@kerben/design';
import { BadgeCheck, ChevronRight, MapPin, Phone } from 'lucide';
import { type Product, readShop } from './data';
import { Directory } from './directory';
import { RouteLinks } from './route-links';
import { ShopOpenNow } from './shop-hours';

/** Who sells it and where to find them. Hours and the market's name come a little later: the page does not wait. */
@Component({
  selector: 'k-seller-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, PhonePipe, RouteLinks, RouterLink, ShopOpenNow, TranslocoDirective],
  template: `
    <section class="k-card" aria-labelledby="seller" *transloco="let t">
      <h2 id="seller" class="k-sr">{{ t('browse.seller') }}</h2>
      <a class="name" [routerLink]="['/s', shop().id]">
        <span>
          {{ shop().name }}
          @if (more()?.verified) {
            <k-icon class="verified" [of]="icons.verified" [size]="18" />
            <span class="k-sr">{{ t('browse.verified') }}</span>
          }
          <small>{{ t('browse.to_shop') }}</small>
        </span>
        <k-icon [of]="icons.go" [size]="20" />
      </a>
      <p class="line">
        <k-icon [of]="icons.pin" [size]="18" />
        <span>
          {{ shop().address }}
          @if (place(); as place) {
            · <a [routerLink]="['/m', place.slug]">{{ place.name }}</a>
          }
        </span>
      </p>
      <p class="line">
        <k-icon [of]="icons.phone" [size]="18" />
        <a class="k-num tel" [href]="'tel:' + shop().phone">{{ shop().phone | phone }}</a>
        <span class="hours k-small">
          @if (more(); as more) {
            <k-open-now [hours]="more.hours" />
          }
        </span>
      </p>
      <k-route-links class="k-small" [lat]="shop().lat" [lon]="shop().lon" />
    </section>
  `,
  styles: `
    section {
      display: grid;
      gap: var(--s1);
      padding-bottom: var(--s2);
    }
    .name {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s3);
      min-height: var(--touch);
      color: inherit;
      font-weight: 600;
      line-height: 1.35;
      text-decoration: none;
    }
    .name:hover {
      color: var(--issyk);
    }
    .name k-icon {
      color: var(--clay);
    }
    .name .verified {
      vertical-align: -3px;
      color: var(--juniper);
    }
    small {
      display: block;
      color: var(--clay);
      font-size: var(--t-small);
      font-weight: 400;
    }
    .line {
      display: flex;
      align-items: center;
      gap: var(--s2);
      min-height: 40px;
    }
    .line k-icon {
      color: var(--clay);
    }
    .tel {
      display: inline-flex;
      align-items: center;
      min-height: var(--touch);
    }
    .hours {
      margin-inline-start: auto;
      text-align: end;
    }
  `,
})
export class SellerCard {
  readonly product = input.required<Product>();
  private readonly directory = inject(Directory);
  protected readonly icons = { verified: BadgeCheck, go: ChevronRight, pin: MapPin, phone: Phone };
  protected readonly shop = computed(() => this.product().shop);
  private readonly read = resource({
    params: () => this.product().shop.id,
    loader: async ({ params, abortSignal }) => {
      await idle();
      return readShop(params, abortSignal);
    },
  });
  protected readonly more = computed(() => (this.read.hasValue() ? this.read.value() : undefined));
  protected readonly place = computed(() => this.directory.place(this.more()?.place_id));
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1500 });
    else setTimeout(resolve, 300);
  });
}
