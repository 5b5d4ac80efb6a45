import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Icon } from '@kerben/design';
import { Minus, Percent, Plus, Trash } from 'lucide';
import { Cart } from '../core/cart';
import type { CartLine } from '../core/sums';
import { MilliPipe } from '../parts/format';

/** The lines of the receipt that is being made; the selected one shows what can be done with it. */
@Component({
  selector: 'k-cart-lines',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MilliPipe, MoneyPipe, TranslocoDirective],
  template: `
    <ol role="list" *transloco="let t">
      @for (row of rows(); track row.line.id) {
        <li [class.selected]="row.line.id === cart.selected()" [attr.data-line]="row.line.id">
          <button
            type="button"
            class="pick"
            [attr.aria-pressed]="row.line.id === cart.selected()"
            (click)="cart.selected.set(row.line.id)"
          >
            <span class="name">
              <span class="title">{{ row.line.good.name }}</span>
              <span class="k-soft k-small">
                @if (row.line.good.details) {
                  {{ row.line.good.details }} ·
                }
                <span class="k-num">
                  {{ row.line.qty | milli }} {{ t('common.' + row.line.good.unit) }} ×
                  {{ row.line.good.price | money }}
                </span>
              </span>
              @if (row.sum.discount) {
                <span class="k-small off">{{ t('pos.sell.off', { sum: row.sum.discount | money }) }}</span>
              }
            </span>
            <span class="k-money k-strong">{{ row.sum.total | money }}</span>
          </button>
          @if (row.line.id === cart.selected()) {
            <div class="tools" role="group" [attr.aria-label]="row.line.good.name">
              @if (row.line.good.unit === 'pcs') {
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('common.less')"
                  [disabled]="row.line.qty <= 1000"
                  (click)="by(row.line, -1)"
                >
                  <k-icon [of]="minus" />
                </button>
              }
              <button
                type="button"
                class="qty k-num"
                [attr.aria-label]="t('pos.sell.qty_is', { n: row.line.qty | milli })"
                (click)="qty.emit(row.line)"
              >
                {{ row.line.qty | milli }}
              </button>
              @if (row.line.good.unit === 'pcs') {
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('common.plus')"
                  (click)="by(row.line, 1)"
                >
                  <k-icon [of]="plus" />
                </button>
              }
              <span class="gap"></span>
              <button
                type="button"
                class="k-icon-btn"
                [attr.aria-label]="t('pos.sell.line_discount')"
                (click)="discount.emit(row.line)"
              >
                <k-icon [of]="percent" />
              </button>
              <button
                type="button"
                class="k-icon-btn"
                [attr.aria-label]="t('common.delete')"
                (click)="cart.remove(row.line.id)"
              >
                <k-icon [of]="trash" />
              </button>
            </div>
          }
        </li>
      }
    </ol>
  `,
  styles: `
    li {
      border-bottom: 1px solid var(--line);
    }
    .selected {
      background: var(--sunken);
    }
    .pick {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s3);
      width: 100%;
      min-height: 68px;
      padding: var(--s2) var(--s4);
      border: 0;
      background: none;
      color: inherit;
      text-align: start;
      cursor: pointer;
    }
    .name {
      display: grid;
      min-width: 0;
      line-height: 1.35;
    }
    .title {
      font-weight: 550;
    }
    .selected .k-soft {
      color: light-dark(#5d5147, #c3b5a6);
    }
    .off {
      color: var(--apricot-ink);
    }
    .tools {
      display: flex;
      align-items: center;
      gap: var(--s1);
      padding: 0 var(--s2) var(--s2);
    }
    .tools .k-icon-btn {
      border: 1px solid var(--line-strong);
      background: var(--card);
    }
    .tools .k-icon-btn[disabled] {
      border-color: var(--line);
      color: var(--line-strong);
      cursor: default;
    }
    .qty {
      min-width: 72px;
      height: var(--touch);
      padding: 0 var(--s2);
      border: 0;
      background: none;
      font-size: var(--t-large);
      font-weight: 650;
      cursor: pointer;
      text-decoration: underline dotted;
      text-underline-offset: 6px;
    }
    .gap {
      flex: 1;
    }
  `,
})
export class CartLines {
  protected readonly cart = inject(Cart);
  readonly qty = output<CartLine>();
  readonly discount = output<CartLine>();

  protected readonly minus = Minus;
  protected readonly plus = Plus;
  protected readonly percent = Percent;
  protected readonly trash = Trash;
  protected readonly rows = computed(() => {
    const { lines } = this.cart.totals();
    return this.cart.lines().map((line, n) => ({ line, sum: lines[n]! }));
  });

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    effect(() => {
      const id = this.cart.selected();
      // A discount on all of it makes the sum below taller.
      this.cart.totals();
      // After the line has been drawn.
      requestAnimationFrame(() =>
        host.querySelector(`[data-line="${id}"]`)?.scrollIntoView({ block: 'nearest' }),
      );
    });
  }

  protected by(line: CartLine, step: 1 | -1): void {
    this.cart.setQty(line.id, line.qty + step * 1000);
  }
}
