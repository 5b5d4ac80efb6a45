import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  afterNextRender,
  computed,
  inject,
  linkedSignal,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { MoneyPipe, formatMoney } from '@kerben/core';
import { Empty, Icon, Toasts } from '@kerben/design';
import { Wedge, beep } from '@kerben/features/scanner';
import {
  Banknote,
  CircleQuestionMark,
  CreditCard,
  Percent,
  QrCode,
  ScanBarcode,
  Search,
  Trash,
  X,
} from 'lucide';
import { Cart } from '../core/cart';
import { type CartLine, type Discount, parseQty, timesMilli, totals } from '../core/sums';
import { Till } from '../core/till';
import type { Good, Payment } from '../core/types';
import { DiscountDialog } from '../parts/discount-dialog';
import { formatQty } from '../parts/format';
import { type Paid, PayDialog } from '../parts/pay-dialog';
import { QtyDialog } from '../parts/qty-dialog';
import { ScanDialog } from '../parts/scan-dialog';
import { CartLines } from './cart-lines';
import { GoodsFinder } from './goods-finder';
import { KeysDialog } from './keys-dialog';

const FOUND_MAX = 30;

/** The till's main screen: find or scan goods, see the receipt grow, take the money. */
@Component({
  selector: 'k-sell-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    CartLines,
    DiscountDialog,
    Empty,
    GoodsFinder,
    Icon,
    KeysDialog,
    MoneyPipe,
    PayDialog,
    QtyDialog,
    ScanDialog,
    TranslocoDirective,
    Wedge,
  ],
  host: { '(document:keydown)': 'key($event)' },
  templateUrl: './sell-page.html',
  styleUrl: './sell-page.css',
})
export class SellPage {
  protected readonly cart = inject(Cart);
  protected readonly till = inject(Till);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly router = inject(Router);

  protected readonly icons = {
    search: Search,
    scan: ScanBarcode,
    help: CircleQuestionMark,
    percent: Percent,
    trash: Trash,
    x: X,
  };
  protected readonly payments = [
    ['cash', Banknote],
    ['card', CreditCard],
    ['qr', QrCode],
  ] as const;

  protected readonly query = signal('');
  /** «3*» before the text: how many. */
  private readonly times = computed(() => /^\s*(\d+(?:[.,]\d{1,3})?)\s*\*/.exec(this.query())?.[1] ?? '');
  protected readonly text = computed(() =>
    this.query()
      .replace(/^[^*]*\*/, '')
      .trim(),
  );
  protected readonly found = computed(() => {
    this.till.goodsVersion();
    const code = this.till.goods.byCode(this.text());
    return code ? [code.good] : this.till.goods.search(this.text(), FOUND_MAX);
  });
  protected readonly active = linkedSignal({ source: this.found, computation: () => 0 });
  protected readonly often = resource({
    loader: async () => {
      const sold = new Map<string, number>();
      for (const receipt of await this.till.store.receipts(300))
        for (const line of receipt.lines)
          if (receipt.type === 'sale') sold.set(line.variant_id, (sold.get(line.variant_id) ?? 0) + 1);
      return [...sold].sort((a, b) => b[1] - a[1]).map(([id]) => id);
    },
  });

  protected readonly paying = signal(false);
  protected readonly payment = signal<Payment>('cash');
  protected readonly busy = signal(false);
  protected readonly fault = signal('');
  protected readonly scanning = signal(false);
  protected readonly said = signal('');
  protected readonly helping = signal(false);
  protected readonly measuring = signal(false);
  /** The goods whose quantity is asked, on their line if they have one. */
  protected readonly measured = signal<{ good: Good; line: CartLine | null } | null>(null);
  protected readonly reducing = signal(false);
  protected readonly reduced = signal<CartLine | null>(null);
  protected readonly reducedFrom = computed(() => {
    const line = this.reduced();
    return line ? timesMilli(line.good.price, line.qty) : totals(this.cart.lines(), null).total;
  });
  private readonly asking = computed(
    () => this.paying() || this.scanning() || this.helping() || this.measuring() || this.reducing(),
  );

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    afterNextRender(() => this.focus());
  }

  /** A code from the keyboard wedge. */
  protected wedge(code: string): void {
    // A question stands open: what is meant by a scan now nobody knows.
    if (this.asking() && !this.scanning()) return beep(false);
    // A pause of the device after the first keys: they were taken for typing and stand in the search.
    const whole = this.text() + code;
    this.scanned(this.till.goods.byCode(code) ? code : this.till.goods.byCode(whole) ? whole : code);
  }

  /** A code from a scanner or the camera. */
  protected scanned(code: string): void {
    const found = this.till.goods.byCode(code);
    if (!found) {
      beep(false);
      // Before the goods have come for the first time nothing is known of a code.
      const words = this.till.syncedAt() ? 'pos.sell.unknown_code' : 'pos.sell.goods_coming_again';
      this.say(this.transloco.translate(words, { code }), true);
      return;
    }
    if (!this.scanning()) beep();
    const good = this.cart.current(found.good);
    const typed = parseQty(this.times(), good.unit);
    if (found.qty === null && typed === null && good.unit === 'kg') return this.ask(good, null);
    this.put(good, found.qty ?? typed ?? 1000, found.discount);
  }

  /** Goods that were tapped. */
  protected picked(good: Good): void {
    const typed = parseQty(this.times(), good.unit);
    if (typed === null && good.unit === 'kg') return this.ask(good, null);
    this.put(good, typed ?? 1000);
  }

  /** Enter in the search field: the code typed, or the goods chosen. */
  protected enter(event: Event): void {
    event.preventDefault();
    if (!this.text()) return;
    const good = this.found()[this.active()];
    if (good && !this.till.goods.byCode(this.text())) return this.picked(good);
    this.scanned(this.text());
  }

  protected measure(qty: number): void {
    const asked = this.measured();
    if (!asked) return;
    if (asked.line) this.cart.setQty(asked.line.id, qty);
    else this.put(asked.good, qty);
    this.focus();
  }

  protected ask(good: Good, line: CartLine | null): void {
    this.scanning.set(false);
    this.measured.set({ good, line });
    this.measuring.set(true);
  }

  protected askDiscount(line: CartLine | null): void {
    if (!this.cart.lines().length) return;
    this.reduced.set(line);
    this.reducing.set(true);
  }

  protected reduce(discount: Discount | null): void {
    const line = this.reduced();
    if (line) this.cart.setDiscount(line.id, discount);
    else this.cart.setWhole(discount);
    this.focus();
  }

  protected pay(payment: Payment): void {
    if (!this.cart.lines().length) return beep(false);
    this.payment.set(payment);
    this.fault.set('');
    this.paying.set(true);
  }

  /** The receipt is in the database before anything says that it is done. */
  protected async paid({ payment, received }: Paid): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    let number: string;
    try {
      ({ number } = await this.till.ring(this.cart.draft(payment, received)));
    } catch {
      beep(false);
      this.fault.set(this.transloco.translate('pos.pay.not_written'));
      return;
    } finally {
      this.busy.set(false);
    }
    this.cart.clear();
    this.paying.set(false);
    // The receipt is written; a page that cannot be shown must not say otherwise.
    await this.router.navigate(['/receipts', number], { queryParams: { done: 1 } }).catch(() => {
      this.toasts.good(this.transloco.translate('pos.pay.written', { number }));
    });
  }

  protected clear(): void {
    if (!this.cart.lines().length && !this.cart.refundOf()) return;
    const before = this.cart.clear();
    this.toasts.good(this.transloco.translate('pos.sell.cleared'), {
      label: this.transloco.translate('common.undo'),
      run: () => this.cart.restore(before),
    });
    this.focus();
  }

  protected key(event: KeyboardEvent): void {
    if (this.asking() || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = this.cart.selectedLine();
    const searching = this.query() !== '';
    const actions: Record<string, (() => void) | undefined> = {
      F1: () => this.helping.set(true),
      F2: () => this.focus(true),
      F3: line ? () => this.ask(line.good, line) : undefined,
      F4: line ? () => this.askDiscount(line) : undefined,
      F6: () => this.askDiscount(null),
      F8: () => this.pay('cash'),
      F9: () => this.pay('card'),
      F10: () => this.pay('qr'),
      Escape: () => this.reset(),
      ArrowDown: () => (searching ? this.move(1) : this.cart.step(1)),
      ArrowUp: () => (searching ? this.move(-1) : this.cart.step(-1)),
      ...(searching || !line
        ? {}
        : {
            Delete: () => this.cart.remove(line.id),
            '+': line.good.unit === 'pcs' ? () => this.cart.setQty(line.id, line.qty + 1000) : undefined,
            '-':
              line.good.unit === 'pcs' && line.qty > 1000
                ? () => this.cart.setQty(line.id, line.qty - 1000)
                : undefined,
          }),
    };
    const action = actions[event.key];
    const field = this.field().nativeElement;
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key.length === 1 && event.key !== ' ' && document.activeElement !== field) {
      // Typing begins a search, wherever the focus is; the character itself arrives in the field.
      field.focus();
    }
  }

  protected reset(): void {
    this.query.set('');
    this.focus();
  }

  private move(by: 1 | -1): void {
    this.active.update((n) => Math.min(this.found().length - 1, Math.max(0, n + by)));
    document.getElementById(`found-${this.active()}`)?.scrollIntoView({ block: 'nearest' });
  }

  private put(good: Good, qty: number, discount = 0): void {
    this.cart.add(this.cart.current(good), qty, discount);
    this.query.set('');
    const unit = this.transloco.translate<string>(`common.${good.unit}`);
    this.say(`${good.name} · ${formatQty(qty)} ${unit} · ${formatMoney(good.price)}`);
    this.focus();
  }

  private say(text: string, bad = false): void {
    this.said.set(text);
    if (bad && !this.scanning()) this.toasts.bad(text);
  }

  /** Back to the search. On a touch screen not by itself: that would open its keyboard over the receipt. */
  private focus(always = false): void {
    if (!always && matchMedia('(pointer: coarse)').matches) return;
    const field = this.field().nativeElement;
    requestAnimationFrame(() => field.focus());
  }
}
