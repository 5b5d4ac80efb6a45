import { ChangeDetectionStrategy, Component, computed, inject, model, resource, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Failed, Icon, Loading, Picture, Stepper } from '@kerben/design';
import { Plus, X } from 'lucide';
import { type Product, type Variant, listGoods } from '../goods/goods-api';
import { SearchField } from '../goods/search-field';
import { CurrentShop } from '../shell/current-shop';
import { type Wanted, added, variantText } from './phone-order';

/** Finds goods of the shop and counts them into an order: `<b-goods-picker [(lines)]="lines" />`. */
@Component({
  selector: 'b-goods-picker',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Failed, Icon, Loading, Picture, SearchField, Stepper, TranslocoDirective],
  template: `
    <div class="k-stack" *transloco="let t">
      <b-search [value]="words()" [label]="t('goods.search')" (changed)="words.set($event)" />
      @if (words()) {
        @if (found.hasValue()) {
          @if (choices().length) {
            <ul class="k-list found" role="list">
              @for (one of choices(); track one.variant.id) {
                <li>
                  <button type="button" [disabled]="one.variant.stock_qty <= 0" (click)="add(one)">
                    <k-picture
                      [src]="one.product.picture"
                      [picture]="one.product.pictures[0]"
                      [alt]="''"
                      sizes="48px"
                    />
                    <span class="k-grow">
                      <span>{{ one.product.name }}</span>
                      <span class="k-soft k-small">{{ one.text }}</span>
                    </span>
                    <span class="right">
                      <span class="k-money">{{ one.variant.price.display }}</span>
                      <span class="k-soft k-small k-num">{{
                        one.variant.stock_qty > 0
                          ? t(one.variant.unit === 'kg' ? 'goods.left_kg' : 'goods.left', {
                              n: number(one.variant.stock_qty),
                            })
                          : t('goods.sold_out')
                      }}</span>
                    </span>
                    <k-icon [of]="icons.plus" [size]="18" />
                  </button>
                </li>
              }
            </ul>
          } @else {
            <p class="k-soft" role="status">{{ t('goods.nothing_found') }}</p>
          }
        } @else if (found.error()) {
          <k-failed [error]="found.error()" (again)="found.reload()" />
        } @else {
          <k-loading [count]="3" />
        }
      }
      @if (lines().length) {
        <ul class="k-list" role="list" [attr.aria-label]="t('trade.phone.chosen')">
          @for (line of lines(); track line.variant.id) {
            <li class="line">
              <span class="k-grow">
                {{ line.product.name }} <span class="k-soft k-small">{{ text(line.variant) }}</span>
              </span>
              <k-stepper
                [value]="line.qty"
                [min]="line.variant.unit === 'kg' ? 0.1 : 1"
                [step]="line.variant.unit === 'kg' ? 0.1 : 1"
                [max]="line.variant.stock_qty"
                [label]="t('common.quantity') + ', ' + line.product.name"
                (valueChange)="count(line, $event)"
              />
              <button
                type="button"
                class="k-icon-btn"
                [attr.aria-label]="t('trade.phone.remove', { name: line.product.name })"
                (click)="remove(line)"
              >
                <k-icon [of]="icons.x" [size]="18" />
              </button>
            </li>
          }
        </ul>
      } @else {
        <p class="k-notice">{{ t('trade.phone.no_goods') }}</p>
      }
    </div>
  `,
  styles: `
    .found li {
      padding: 0;
    }
    .found button {
      display: flex;
      align-items: center;
      gap: var(--s3);
      width: 100%;
      min-height: 64px;
      padding: var(--s2) var(--s4);
      border: 0;
      background: transparent;
      text-align: start;
      cursor: pointer;
    }
    .found button:hover:not([disabled]) {
      background: var(--sunken);
    }
    .found button[disabled] {
      color: var(--clay);
      cursor: default;
    }
    .found k-picture {
      width: 48px;
      flex: none;
      border-radius: var(--radius-small);
    }
    .found .k-grow,
    .right {
      display: grid;
    }
    .right {
      justify-items: end;
    }
    .line {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: var(--s2);
    }
    .line .k-grow {
      grid-column: 1 / -1;
    }
    .line k-stepper {
      justify-self: start;
    }
    @media (width >= 600px) {
      .line {
        grid-template-columns: minmax(0, 1fr) auto auto;
      }
      .line .k-grow {
        grid-column: auto;
      }
    }
  `,
})
export class GoodsPicker {
  readonly lines = model.required<readonly Wanted[]>();
  protected readonly words = signal('');
  protected readonly icons = { plus: Plus, x: X };
  private readonly current = inject(CurrentShop);
  protected readonly found = resource({
    params: () => (this.words() ? { shopId: this.current.shopId(), q: this.words() } : undefined),
    loader: ({ params: { shopId, q }, abortSignal }) =>
      listGoods(shopId, { q, status: 'on_sale', limit: 8 }, abortSignal),
  });
  protected readonly choices = computed(() =>
    (this.found.hasValue() ? this.found.value().items : []).flatMap((product) =>
      product.variants
        .filter((variant) => variant.is_active)
        .map((variant) => ({
          product,
          variant,
          text: [variantText(variant), variant.sku].filter(Boolean).join(' · '),
        })),
    ),
  );

  protected text(variant: Variant): string {
    return variantText(variant);
  }

  protected number(value: number): string {
    return String(value).replace('.', ',');
  }

  protected add(one: { product: Product; variant: Variant }): void {
    this.lines.update((lines) => added(lines, one.product, one.variant));
  }

  protected count(line: Wanted, qty: number): void {
    this.lines.update((lines) => lines.map((l) => (l.variant.id === line.variant.id ? { ...l, qty } : l)));
  }

  protected remove(line: Wanted): void {
    this.lines.update((lines) => lines.filter((l) => l.variant.id !== line.variant.id));
  }
}
