import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  inject,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Empty, Failed, Icon, Loading, Stepper, Toasts } from '@kerben/design';
import { Trash2 } from 'lucide';
import { CartStore } from './cart-store';
import { orderable } from './checkout-form';
import type { CartGroup, CartLine } from './data';
import { GoodsLine } from './goods-line';
import { LineTrouble } from './line-trouble';
import { ShopClosed } from './shop-closed';
import { watchGoods } from './watch-goods';

const NONE: readonly CartGroup[] = [];

/** The cart: one card for each shop, because each shop is an order of its own. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Empty,
    Failed,
    GoodsLine,
    Icon,
    LineTrouble,
    Loading,
    RouterLink,
    ShopClosed,
    Stepper,
    TranslocoDirective,
  ],
  templateUrl: './cart-page.html',
  styleUrl: './cart-page.css',
})
export class CartPage {
  protected readonly store = inject(CartStore);
  protected readonly trash = Trash2;
  protected readonly groups = computed(() => {
    const groups = this.store.latest()?.groups ?? NONE;
    const left = (line: CartLine): boolean => this.store.qtyOf(line.variant_id)() > 0;
    return groups
      .map((group) => ({ ...group, lines: group.lines.filter(left) }))
      .filter((group) => group.lines.length > 0);
  });
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  constructor() {
    watchGoods(this.groups);
  }

  protected counted(group: CartGroup): number {
    return orderable(group).length;
  }

  protected most(line: CartLine): number {
    return Math.max(Number(line.stock_qty), Number(line.qty));
  }

  protected set(line: CartLine, qty: number): void {
    this.store.set(line.variant_id, qty).catch((error: unknown) => this.toasts.bad(error));
  }

  protected async remove(line: CartLine): Promise<void> {
    const qty = this.store.qtyOf(line.variant_id)();
    // The button goes with its line; the focus must not fall out of the page.
    this.heading().nativeElement.focus({ preventScroll: true });
    try {
      await this.store.remove(line.variant_id);
    } catch (error) {
      this.toasts.bad(error);
      return;
    }
    const undo = line.trouble === 'gone' ? undefined : () => this.set(line, qty);
    this.toasts.good(
      this.transloco.translate('buy.removed', { name: line.name ?? '' }),
      undo ? { label: this.transloco.translate('common.undo'), run: undo } : undefined,
    );
  }
}
