import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { BadgeCheck } from 'lucide';
import { RouteLinks } from '../browse/route-links';
import type { MapShop } from './data';

/** A shop on the map: who it is, whether it sells now, how to get there and into it. */
@Component({
  selector: 'k-map-shop-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouteLinks, RouterLink, TranslocoDirective],
  template: `
    <article class="k-stack k-stack--tight" *transloco="let t">
      <h2>
        {{ shop().name }}
        @if (shop().verified) {
          <span class="good" role="img" [attr.aria-label]="t('map.verified')"
            ><k-icon [of]="badge" [size]="18"
          /></span>
        }
      </h2>
      <p class="k-soft">{{ shop().address }}</p>
      <p class="k-row">
        <span class="k-live" [class.k-live--off]="!live()">{{ live() ? t('live.on') : t('live.off') }}</span>
        @if (distance(); as d) {
          <span class="k-soft k-small">{{ t(d.key, { n: d.n }) }}</span>
        }
      </p>
      <p class="k-small k-soft">{{ live() ? t('map.buy_now') : t('map.by_phone') }}</p>
      <a class="k-btn k-btn--primary k-btn--wide" [routerLink]="['/s', shop().id]">{{ t('map.to_shop') }}</a>
      <k-route-links [lat]="shop().lat" [lon]="shop().lon" />
    </article>
  `,
  styles: `
    h2 {
      display: flex;
      align-items: center;
      gap: var(--s2);
    }
    .good {
      color: var(--juniper);
    }
    p {
      text-wrap: pretty;
    }
  `,
})
export class MapShopCard {
  readonly shop = input.required<MapShop>();
  protected readonly badge = BadgeCheck;
  protected readonly live = computed(() => this.shop().buy_eligibility === 'online_purchase');
  protected readonly distance = computed(() => {
    const metres = this.shop().distance_m;
    if (metres === undefined) return null;
    if (metres < 1000) return { key: 'map.metres', n: String(Math.round(metres / 10) * 10) };
    return { key: 'map.kilometres', n: (metres / 1000).toFixed(1).replace('.', ',') };
  });
}
