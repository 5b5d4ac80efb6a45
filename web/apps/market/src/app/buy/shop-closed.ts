import { ChangeDetectionStrategy, Component, computed, inject, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PhonePipe } from '@kerben/core';
import { Icon } from '@kerben/design';
import { Phone, Store } from 'lucide';
import { readOptions } from './data';
import { Facts } from './facts';

/** Why a shop takes no orders online just now, and how to reach it instead. */
@Component({
  selector: 'k-shop-closed',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, PhonePipe, RouterLink, TranslocoDirective],
  template: `
    <div class="k-notice k-notice--warn" role="status" *transloco="let t">
      <div class="k-stack k-stack--tight">
        <p>{{ t('buy.closed_' + why()) }}</p>
        <p class="k-row">
          @if (shop()?.phone; as phone) {
            <a class="k-btn" [href]="'tel:' + phone"><k-icon [of]="call" [size]="18" />{{ phone | phone }}</a>
          }
          <a class="k-btn k-btn--plain" [routerLink]="['/s', shopId()]">
            <k-icon [of]="store" [size]="18" />{{ t('buy.to_shop') }}
          </a>
        </p>
      </div>
    </div>
  `,
})
export class ShopClosed {
  readonly shopId = input.required<string>();
  /** Read here when they are not given. */
  readonly reasons = input<readonly string[] | null>(null);
  private readonly facts = inject(Facts);
  protected readonly shop = computed(() => this.facts.shop(this.shopId())());
  protected readonly call = Phone;
  protected readonly store = Store;
  private readonly options = resource({
    params: () => (this.reasons() ? undefined : this.shopId()),
    loader: ({ params, abortSignal }) => readOptions(params, abortSignal),
  });
  protected readonly why = computed(() => {
    const reasons = this.reasons() ?? (this.options.hasValue() ? this.options.value().reasons : []);
    return reasons.length === 0 || reasons.includes('POS_OFFLINE') ? 'silent' : 'manual';
  });
}
