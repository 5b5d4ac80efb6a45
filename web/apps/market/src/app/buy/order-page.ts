import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { DateTimePipe, Languages, Live, PageTitle, PhonePipe, Session, guestOrders } from '@kerben/core';
import { Empty, Failed, Icon, Loading, QrCode, Toasts } from '@kerben/design';
import { ChevronLeft, Phone } from 'lucide';
import { RouteLinks } from '../browse/route-links';
import { CancelDialog } from './cancel-dialog';
import { Countdown } from './countdown';
import { countryName } from './countries';
import { type Order, payAgain, readOrder } from './data';
import { Facts } from './facts';
import { GoodsLine } from './goods-line';
import { moneyOf, paidOnline, paymentOf, sentenceOf, stepsOf, toneOf } from './order-words';
import { goAndPay, leftToPay } from './paying';

const TICK_MS = 3000;
/** How long after the acquirer's page an answer is looked for often, and how long it is said to be awaited. */
const AWAITED_MS = 180_000;
const HOPED_MS = 25_000;
const ADDRESS = ['country', 'index', 'city', 'branch', 'address', 'street', 'house', 'flat'] as const;

/** One order as its buyer sees it: how it stands, what is to be done, and all that is known of it; changes by itself. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    CancelDialog,
    Countdown,
    DateTimePipe,
    Empty,
    Failed,
    GoodsLine,
    Icon,
    Loading,
    PhonePipe,
    QrCode,
    RouteLinks,
    RouterLink,
    TranslocoDirective,
  ],
  templateUrl: './order-page.html',
  styleUrl: './order-page.css',
})
export class OrderPage {
  readonly id = input.required<string>();
  protected readonly chevron = ChevronLeft;
  protected readonly call = Phone;
  protected readonly session = inject(Session);
  private readonly live = inject(Live);
  private readonly facts = inject(Facts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly title = inject(PageTitle);
  private readonly languages = inject(Languages);
  private readonly now = signal(Date.now());
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');

  protected readonly read = resource({
    params: () => ({ id: this.id(), user: this.session.user()?.id }),
    loader: ({ params, abortSignal }) => readOrder(params.id, abortSignal),
  });
  /** Stays while it is read again, and when that fails. */
  private readonly latest = linkedSignal<
    { id: string; found: { order: Order; behind: number } | null },
    { order: Order; behind: number } | null
  >({
    source: () => ({ id: this.id(), found: this.read.hasValue() ? this.read.value() : null }),
    computation: ({ id, found }, before) => {
      const last = before?.value?.order.id === id ? before.value : null;
      return found?.order.id === id ? found : last;
    },
  });
  protected readonly order = computed(() => this.latest()?.order ?? null);
  protected readonly behind = computed(() => this.latest()?.behind ?? 0);
  protected readonly missing = computed(() => {
    const error = this.read.error();
    return error instanceof Problem && error.status === 404;
  });

  protected readonly shop = computed(() => {
    const order = this.order();
    return order ? this.facts.shop(order.shop_id)() : null;
  });
  protected readonly says = computed(() => {
    const order = this.order();
    return order && { sentence: sentenceOf(order), money: moneyOf(order), payment: paymentOf(order) };
  });
  protected readonly tone = computed(() => toneOf(this.order()?.status ?? 'delivered'));
  protected readonly steps = computed(() => stepsOf(this.order()?.history ?? []));
  protected readonly toPay = computed(() => {
    const order = this.order();
    return !!order && order.status === 'awaiting_payment' && paidOnline(order);
  });
  /** The time to pay is over: the market is about to say what becomes of the order. */
  protected readonly late = computed(() => {
    const until = this.order()?.reserved_until;
    return this.toPay() && !!until && Date.parse(until) < this.now() + this.behind();
  });
  private readonly left = computed(() => {
    const payment = this.order()?.payment;
    return payment && this.toPay() && payment.status !== 'failed' ? leftToPay(payment.id) : null;
  });
  /** The buyer has just been at the acquirer's page, and its word has not come yet. */
  protected readonly awaited = computed(() => {
    const at = this.left();
    return at !== null && this.now() - at < AWAITED_MS && this.now() - this.came < HOPED_MS;
  });
  protected readonly canCancel = computed(() => this.order()?.can_become.includes('cancelled') ?? false);
  protected readonly address = computed(() => {
    const delivery = this.order()?.delivery;
    if (!delivery) return '';
    const language = this.languages.current();
    const t = (key: string): string => this.transloco.translate(key);
    const part = (name: (typeof ADDRESS)[number]): string | null | undefined =>
      name === 'country' && delivery.country ? countryName(delivery.country, language, t) : delivery[name];
    return ADDRESS.map(part).filter(Boolean).join(', ');
  });
  protected readonly code = computed(
    () => this.order()?.pickup_code?.replace(/(\d{3})(?=\d)/g, '$1\u202f') ?? null,
  );
  /** What the bank's application on a phone reads from this screen. */
  protected readonly bankCode = computed(() =>
    this.toPay() ? (this.order()?.payment?.action.qr ?? null) : null,
  );
  protected readonly paying = signal(false);
  protected readonly cancelling = signal(false);
  /** When this page was opened. */
  private readonly came = Date.now();

  constructor() {
    effect((onCleanup) => {
      const id = this.id();
      this.session.isSignedIn();
      const stop = untracked(() =>
        this.live.subscribe(`order:${id}`, () => this.read.reload(), guestOrders.token(id)),
      );
      onCleanup(stop);
    });
    effect(() => {
      const order = this.order();
      if (order) this.title.set(this.transloco.translate('buy.order_n', { number: order.number }));
    });
    const timer = setInterval(() => this.tick(), TICK_MS);
    const back = (event: PageTransitionEvent): void => {
      // The page may come out of the browser's memory, as it was before the payment.
      if (!event.persisted) return;
      this.paying.set(false);
      this.read.reload();
    };
    addEventListener('pageshow', back);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      removeEventListener('pageshow', back);
    });
  }

  protected reload(): void {
    this.now.set(Date.now());
    this.read.reload();
  }

  protected took(order: Order): void {
    this.read.set({ order, behind: this.behind() });
    this.toasts.good(this.transloco.translate('buy.cancelled'));
    // The button that had the focus is gone.
    this.heading()?.nativeElement.focus();
  }

  protected async pay(): Promise<void> {
    const order = this.order();
    if (!order || this.paying()) return;
    this.paying.set(true);
    try {
      const open = order.payment?.action.url ? order.payment : await payAgain(order.id);
      if (!open.action.url) throw new Problem(409, 'PAYMENT_CLOSED', '', []);
      goAndPay(open);
    } catch (error) {
      this.paying.set(false);
      this.toasts.bad(error);
      this.read.reload();
    }
  }

  /** Live updates tell of changes; asking is for when they cannot, and for the moments after a payment. */
  private tick(): void {
    this.now.set(Date.now());
    if (document.visibilityState !== 'visible' || this.read.isLoading()) return;
    const left = this.left();
    const due = left !== null && Date.now() - left < AWAITED_MS;
    const unheard = !this.live.connected() && Math.floor(Date.now() / TICK_MS) % 5 === 0;
    if (due || this.late() || (unheard && this.order())) this.read.reload();
  }
}
