import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Picture } from '@kerben/design';
import type { Product } from './data';

/** A product in a list: its picture, price, name and shop; the whole card leads to its page. */
@Component({
  selector: 'k-product-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Picture, RouterLink, TranslocoDirective],
  template: `
    <article [class.gone]="gone()" *transloco="let t">
      <k-picture
        [src]="product().picture"
        [picture]="product().pictures[0]"
        [alt]="product().name"
        [eager]="eager()"
      />
      <p class="price k-money">
        @if (product().price; as price) {
          {{ ranges() ? t('browse.from', { price: price.display }) : price.display }}
          @if (byWeight()) {
            <span class="unit">/ {{ t('common.kg') }}</span>
          }
        } @else {
          <span class="k-soft">{{ t('browse.no_price') }}</span>
        }
      </p>
      <h3>
        <a [routerLink]="['/p', product().id]">{{ product().name }}</a>
      </h3>
      <p class="shop">
        @if (gone()) {
          {{ t('browse.out_of_stock') }}
        } @else if (showShop()) {
          @if (product().buy_eligibility === 'online_purchase') {
            <span class="dot" [title]="t('live.on')"></span>
          }
          <span class="shop-name">{{ product().shop.name }}</span>
        } @else if (product().buy_eligibility !== 'online_purchase') {
          {{ t('browse.by_phone') }}
        }
      </p>
    </article>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    article {
      position: relative;
      display: grid;
      gap: 2px;
      grid-template-columns: minmax(0, 1fr);
    }
    k-picture {
      margin-bottom: var(--s2);
      transition: transform var(--motion);
    }
    .price {
      font-weight: 650;
      line-height: 1.3;
    }
    .unit {
      color: var(--clay);
      font-weight: 400;
      font-size: var(--t-small);
    }
    h3 {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
      font-weight: 450;
      line-height: 1.35;
      text-wrap: pretty;
    }
    a {
      color: inherit;
      text-decoration: none;
    }
    a::after {
      content: '';
      position: absolute;
      inset: 0;
      border-radius: var(--radius);
    }
    a:focus-visible {
      outline: none;
    }
    a:focus-visible::after {
      outline: 3px solid var(--issyk);
      outline-offset: 3px;
    }
    .shop {
      display: flex;
      align-items: center;
      gap: 6px;
      min-height: 1.4em;
      color: var(--clay);
      font-size: var(--t-small);
      line-height: 1.4;
    }
    .shop:empty {
      display: none;
    }
    .shop-name {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .dot {
      flex: none;
      width: 7px;
      height: 7px;
      border-radius: 50%;
      background: var(--juniper);
    }
    .gone k-picture {
      opacity: 0.55;
    }
    .gone .price,
    .gone h3 {
      color: var(--clay);
    }
    @media (hover: hover) {
      article:hover a {
        color: var(--issyk);
      }
    }
  `,
})
export class ProductCard {
  readonly product = input.required<Product>();
  readonly eager = input(false);
  /** Not on the shop's own page. */
  readonly showShop = input(true);
  protected readonly gone = computed(() => this.product().variants.every((v) => v.stock_qty <= 0));
  protected readonly byWeight = computed(() => this.product().variants[0]?.unit === 'kg');
  protected readonly ranges = computed(() => {
    const lowest = this.product().price?.amount;
    return this.product().variants.some((v) => v.price.amount !== lowest);
  });
}
