import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Empty } from '@kerben/design';
import { Till } from '../core/till';
import type { Good } from '../core/types';
import { MilliPipe } from '../parts/format';

/** What the search has found, or goods to tap while nothing is searched. */
@Component({
  selector: 'k-goods-finder',
  changeDetection: ChangeDetectionStrategy.OnPush,
  // Scrolls, and its options take no focus of their own.
  host: { '[attr.tabindex]': 'asked() && found().length ? 0 : null' },
  imports: [Empty, MilliPipe, MoneyPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (asked()) {
        @if (found().length) {
          <ul id="found" role="listbox" class="found" [attr.aria-label]="t('pos.sell.found')">
            @for (good of found(); track good.variant_id; let n = $index) {
              <li
                role="option"
                [id]="'found-' + n"
                [attr.aria-selected]="n === active()"
                [class.active]="n === active()"
                (click)="picked.emit(good)"
              >
                <span class="name">
                  <span class="k-strong">{{ good.name }}</span>
                  <span class="k-soft k-small">{{ good.details || good.sku }}</span>
                </span>
                <span class="price">
                  <span class="k-money k-strong">{{ good.price | money }}</span>
                  <span class="k-small" [class.k-soft]="stock(good) > 0" [class.out]="stock(good) <= 0">
                    {{ t('pos.left', { n: stock(good) | milli, unit: t('common.' + good.unit) }) }}
                  </span>
                </span>
              </li>
            }
          </ul>
        } @else if (coming()) {
          <k-empty [heading]="t('pos.sell.goods_coming')" [text]="t('pos.sell.goods_coming_text')" />
        } @else {
          <k-empty [heading]="t('pos.sell.nothing')" [text]="t('pos.sell.nothing_text')" />
        }
      } @else if (tiles().length) {
        <div class="tiles" role="group" [attr.aria-label]="t('pos.sell.goods')">
          @for (good of tiles(); track good.variant_id) {
            <button type="button" class="tile" (click)="picked.emit(good)">
              <span class="title">{{ good.name }}</span>
              <span class="k-soft k-small one">{{ good.details || good.sku }}</span>
              <span class="k-money k-strong">
                {{ good.price | money
                }}<span class="k-soft per">{{ good.unit === 'kg' ? t('pos.per_kg') : '' }}</span>
              </span>
            </button>
          }
        </div>
      } @else if (coming()) {
        <k-empty [heading]="t('pos.sell.goods_coming')" [text]="t('pos.sell.goods_coming_text')" />
      } @else {
        <k-empty [heading]="t('pos.sell.no_goods')" [text]="t('pos.sell.no_goods_text')" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      min-height: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
    }
    .found {
      list-style: none;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--card);
      overflow: hidden;
    }
    .found li {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s4);
      min-height: 68px;
      padding: var(--s2) var(--s4);
      border-bottom: 1px solid var(--line);
      cursor: pointer;
    }
    .found li:last-child {
      border-bottom: 0;
    }
    .found .active {
      background: var(--issyk-soft);
      box-shadow: inset 4px 0 0 var(--issyk);
    }
    .name,
    .price {
      display: grid;
      min-width: 0;
      line-height: 1.35;
    }
    .active .k-soft {
      color: var(--ink);
    }
    .price {
      flex: none;
      text-align: end;
    }
    .out {
      color: var(--felt);
    }
    .tiles {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(148px, 1fr));
      grid-auto-rows: minmax(112px, auto);
      gap: var(--s2);
    }
    .tile {
      display: grid;
      grid-template-rows: 1fr auto auto;
      gap: 2px;
      padding: var(--s3);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--card);
      color: var(--ink);
      text-align: start;
      line-height: 1.3;
      cursor: pointer;
    }
    .tile:hover {
      border-color: var(--line-strong);
    }
    .tile:active {
      background: var(--sunken);
    }
    .title {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 3;
      overflow: hidden;
      font-weight: 550;
    }
    .one {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .per {
      font-weight: 400;
    }
  `,
})
export class GoodsFinder {
  private readonly till = inject(Till);
  readonly asked = input(false);
  readonly found = input<readonly Good[]>([]);
  readonly active = input(0);
  /** Sold most often here lately, the first first. */
  readonly often = input<readonly string[]>([]);
  readonly picked = output<Good>();

  /** The shop's goods have never come yet. */
  protected readonly coming = computed(() => !this.till.syncedAt());
  protected readonly tiles = computed(() => {
    this.till.goodsVersion();
    const often = this.often()
      .map((id) => this.till.goods.get(id))
      .filter((good) => good?.is_active) as Good[];
    const rest = often.length < 24 ? this.till.goods.some(24) : [];
    return [...new Set([...often, ...rest])].slice(0, 24);
  });

  protected stock(good: Good): number {
    this.till.goodsVersion();
    return this.till.onHand(good);
  }
}
