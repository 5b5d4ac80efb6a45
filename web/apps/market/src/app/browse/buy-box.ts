import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Icon, Stepper, Toasts } from '@kerben/design';
import { MessageCircleQuestion, Phone, ShoppingBasket } from 'lucide';
import { CartStore } from '../buy/cart-store';
import type { Product, Variant } from './data';

type Mode = 'buy' | 'in_cart' | 'out' | 'silent' | 'manual';

/** What a buyer can do with a product now: buy it, or speak with the seller, and why. Changes under their eyes. */
@Component({
  selector: 'k-buy-box',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, Stepper, TranslocoDirective],
  templateUrl: './buy-box.html',
  styleUrl: './buy-box.css',
  host: {
    '[class.bar]': "mode() === 'buy' || mode() === 'in_cart'",
    '(focusin)': 'inside = true',
    '(focusout)': 'left($event)',
  },
})
export class BuyBox {
  readonly product = input.required<Product>();
  /** The chosen variant; none while something is still to be chosen. */
  readonly variant = input<Variant>();
  /** The buyer wants to buy before choosing a size. */
  readonly needsChoice = output<void>();
  readonly ask = output<void>();
  private readonly cart = inject(CartStore);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected inside = false;
  protected readonly icons = { phone: Phone, ask: MessageCircleQuestion, cart: ShoppingBasket };
  protected readonly adding = signal(false);

  protected readonly inCart = computed(() => {
    const variant = this.variant();
    return variant ? this.cart.qtyOf(variant.id)() : 0;
  });
  protected readonly mode = computed<Mode>(() => {
    const { variants, shop, buy_eligibility } = this.product();
    const variant = this.variant();
    const left = variant ? variant.stock_qty > 0 : variants.some((v) => v.stock_qty > 0);
    if (buy_eligibility === 'online_purchase') return !left ? 'out' : this.inCart() > 0 ? 'in_cart' : 'buy';
    if (!left) return 'out';
    return shop.pos_status === 'pos_active' ? 'manual' : 'silent';
  });
  protected readonly weighed = computed(() => this.variant()?.unit === 'kg');
  protected readonly most = computed(() => Math.max(this.variant()?.stock_qty ?? 1, this.inCart()));

  constructor() {
    // A control that had the keyboard's focus may be gone: the box keeps it.
    afterRenderEffect(() => {
      this.mode();
      const active = document.activeElement;
      if (this.inside && (!active || active === document.body)) {
        const next = this.host.nativeElement.querySelector<HTMLElement>('button:not([disabled]), a');
        (next ?? this.host.nativeElement).focus({ preventScroll: true });
      }
    });
  }

  protected left(event: FocusEvent): void {
    const next = event.relatedTarget;
    if (next instanceof Node && !this.host.nativeElement.contains(next)) this.inside = false;
  }

  protected async buy(): Promise<void> {
    const variant = this.variant();
    if (!variant) {
      this.needsChoice.emit();
      return;
    }
    if (this.adding()) return;
    this.adding.set(true);
    try {
      await this.cart.add(variant.id, Math.min(1, variant.stock_qty));
      this.toasts.good(this.transloco.translate('browse.added'), {
        label: this.transloco.translate('browse.to_cart'),
        run: () => void this.router.navigateByUrl('/cart'),
      });
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.adding.set(false);
    }
  }

  protected async set(qty: number): Promise<void> {
    const variant = this.variant();
    if (!variant || qty === this.inCart()) return;
    try {
      await this.cart.set(variant.id, qty);
    } catch (error) {
      this.toasts.bad(error);
    }
  }
}
