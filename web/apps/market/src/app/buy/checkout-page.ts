import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  Injector,
  afterNextRender,
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
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { Problem } from '@kerben/api';
import { ProblemTexts, Session, formatMoney } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { ChevronLeft } from 'lucide';
import { CartStore } from './cart-store';
import { Checkout, type Outcome } from './checkout';
import {
  type Draft,
  type Faults,
  bodyOf,
  faultsOf,
  fitted,
  inOrder,
  orderable,
  sameAs,
  started,
} from './checkout-form';
import { type CartLine, type DeliveryOption, type Options, type PaymentMethod, readOptions } from './data';
import { DeliveryFields } from './delivery-fields';
import { Facts } from './facts';
import { GoodsLine } from './goods-line';
import { LineTrouble } from './line-trouble';
import { goAndPay } from './paying';
import { ShopClosed } from './shop-closed';
import { keepTyped, typedBefore } from './typed';
import { watchGoods } from './watch-goods';

/** What the server finds in a field, for those who do not read its Russian. */
const FAULTS: Record<string, string> = {
  REQUIRED: 'common.required',
  INVALID_PHONE: 'buy.fault_phone_wrong',
  INVALID_EMAIL: 'buy.fault_email',
  COUNTRY_NOT_SERVED: 'buy.fault_country',
};

/** Checkout of one shop's goods, as a guest or signed in: one page, one button. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    DeliveryFields,
    Empty,
    Failed,
    GoodsLine,
    Icon,
    LineTrouble,
    Loading,
    RouterLink,
    ShopClosed,
    TranslocoDirective,
  ],
  providers: [Checkout],
  templateUrl: './checkout-page.html',
  styleUrl: './checkout-page.css',
})
export class CheckoutPage {
  readonly shopId = input.required<string>();
  protected readonly store = inject(CartStore);
  protected readonly session = inject(Session);
  protected readonly checkout = inject(Checkout);
  protected readonly chevron = ChevronLeft;
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);
  private readonly texts = inject(ProblemTexts);
  private readonly facts = inject(Facts);
  private readonly notice = viewChild<ElementRef<HTMLElement>>('notice');
  private readonly form = viewChild<ElementRef<HTMLFormElement>>('form');

  protected readonly options = resource({
    params: () => ({ shop: this.shopId(), user: this.session.user()?.id }),
    loader: ({ params, abortSignal }) => readOptions(params.shop, abortSignal),
  });
  protected readonly group = computed(() =>
    this.store.latest()?.groups.find((group) => group.shop_id === this.shopId()),
  );
  protected readonly lines = computed(() => orderable(this.group()));
  protected readonly leftOut = computed(() =>
    (this.group()?.lines ?? []).filter((line) => !line.available && line.trouble !== 'shop_closed'),
  );
  protected readonly shop = computed(() => this.facts.shop(this.shopId())());
  protected readonly methods = computed(() =>
    this.options.hasValue() ? inOrder(this.options.value().methods) : [],
  );

  protected readonly draft = linkedSignal<{ shop: string; options: Options | null }, Draft | null>({
    source: () => ({
      shop: this.shopId(),
      options: this.options.hasValue() ? this.options.value() : null,
    }),
    computation: ({ shop, options }, before) => {
      const typed = before?.source.shop === shop ? before.value : null;
      if (!options) return typed;
      return typed ? fitted(typed, options.methods) : untracked(() => started(typedBefore(shop), options));
    },
  });
  protected readonly option = computed(() => this.methods().find((m) => m.method === this.draft()?.method));
  protected readonly fee = computed(() => this.option()?.fee);
  protected readonly total = computed(() =>
    formatMoney((this.group()?.total.amount ?? 0) + (this.fee()?.amount ?? 0), this.group()?.total.currency),
  );
  protected readonly online = computed(() => ['card', 'bank_qr'].includes(this.draft()?.payment ?? ''));
  protected readonly faults = signal<Faults>({});
  /** What has to be said above the form: something changed, or the order was refused. */
  protected readonly said = signal<string | null>(null);
  protected readonly busy = signal(false);
  /** The order stands and the page is about to go. */
  protected readonly leaving = signal(false);
  protected readonly locked = computed(() => this.busy() || this.checkout.attempt() !== null);

  constructor() {
    watchGoods(
      computed(() => (this.group() ? [this.group()!] : [])),
      this.leaving,
    );
    effect(() => {
      const draft = this.draft();
      if (draft) keepTyped(this.shopId(), draft);
    });
    effect(() => {
      const shop = this.shopId();
      untracked(() => {
        this.checkout.recall(shop);
        if (this.checkout.attempt()) void this.check();
      });
    });
  }

  protected patch(part: Partial<Draft>): void {
    this.draft.update((draft) => draft && { ...draft, ...part });
    const names = [...Object.keys(part), ...Object.keys(part.fields ?? {})];
    if (names.some((name) => this.faults()[name]))
      this.faults.update((all) =>
        Object.fromEntries(Object.entries(all).filter(([k]) => !names.includes(k))),
      );
  }

  protected type(name: 'name' | 'phone' | 'email' | 'comment', event: Event): void {
    this.patch({ [name]: (event.target as HTMLInputElement).value });
  }

  protected choose(option: DeliveryOption): void {
    const draft = this.draft();
    if (!draft) return;
    this.faults.set({});
    this.draft.set(fitted({ ...draft, method: option.method }, this.methods()));
  }

  protected pay(payment: PaymentMethod): void {
    this.patch({ payment });
    this.faults.update(({ payment_method: _, email: __, ...rest }) => rest);
  }

  protected async mend(line: CartLine, qty: number): Promise<void> {
    try {
      await this.store.set(line.variant_id, qty);
    } catch (error) {
      this.say(this.texts.of(error));
    }
  }

  protected async order(event: Event): Promise<void> {
    event.preventDefault();
    const [draft, option, seen] = [this.draft(), this.option(), this.group()];
    if (!draft || !option || !seen || this.locked()) return;
    const faults = faultsOf(draft, option);
    this.show(
      Object.fromEntries(Object.entries(faults).map(([k, key]) => [k, this.transloco.translate(key)])),
    );
    if (Object.keys(faults).length) return;
    this.busy.set(true);
    this.said.set(null);
    try {
      if (await this.changed(option)) return;
      await this.ended(await this.checkout.place(this.shopId(), bodyOf(this.group()!, draft, option)));
    } catch (error) {
      this.say(this.texts.of(error));
    } finally {
      this.busy.set(false);
    }
  }

  /** Asks what became of an order whose answer was lost. */
  protected async check(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await this.ended(await this.checkout.again(this.shopId()));
    } finally {
      this.busy.set(false);
    }
  }

  /** Looks once more before ordering: what the buyer sees must be what is ordered. */
  private async changed(option: DeliveryOption): Promise<boolean> {
    const seen = this.group();
    const [cart, terms] = await Promise.all([this.store.read(), readOptions(this.shopId())]);
    const now = cart.groups.find((group) => group.shop_id === this.shopId());
    const offer = terms.methods.find((m) => m.method === option.method);
    if (offer?.fee.amount !== option.fee.amount) {
      this.options.set(terms);
      this.say(
        this.transloco.translate(offer ? 'buy.prices_changed' : 'buy.terms_changed', { sum: this.total() }),
      );
      return true;
    }
    if (sameAs(seen, now)) return false;
    if (now && now.buy_eligibility !== 'online_purchase') {
      this.options.set(terms);
      this.say(this.transloco.translate('buy.closed_meanwhile'));
    } else {
      this.say(this.transloco.translate('buy.prices_changed', { sum: this.total() }));
    }
    return true;
  }

  private async ended(outcome: Outcome): Promise<void> {
    if (outcome.kind === 'refused') this.refused(outcome.problem);
    if (outcome.kind !== 'placed') return;
    const { id, payment } = outcome.placed;
    this.leaving.set(true);
    keepTyped(this.shopId(), { ...this.draft()!, comment: '' });
    // Whoever comes back from the acquirer's page with the browser's button finds the order here.
    await this.router.navigate(['/orders', id], { replaceUrl: true });
    // A code for a bank's application is shown on the order's page; on a phone the application opens by the link.
    const shown = payment.action.type === 'qr' && !matchMedia('(pointer: coarse)').matches;
    if (payment.action.type !== 'none' && payment.action.url && !shown) goAndPay(payment);
  }

  private refused(problem: Problem): void {
    switch (problem.code) {
      case 'OUT_OF_STOCK':
        this.store.reload();
        return this.say(this.transloco.translate('buy.sold_meanwhile'));
      case 'BUY_NOT_ELIGIBLE':
        this.store.reload();
        this.options.reload();
        return this.say(this.transloco.translate('buy.closed_meanwhile'));
      case 'PAYMENT_METHOD_NOT_ALLOWED':
      case 'DELIVERY_METHOD_NOT_ALLOWED':
        this.options.reload();
        return this.say(this.transloco.translate('buy.terms_changed'));
    }
    const russian = this.transloco.getActiveLang() === 'ru';
    const fields = problem.errors.filter((e) => /^\/(contact|delivery)\//.test(e.pointer));
    if (problem.errors.some((e) => e.pointer.startsWith('/items'))) this.store.reload();
    if (fields.length === 0) return this.say(this.texts.of(problem));
    this.show(
      Object.fromEntries(
        fields.map((e) => [
          e.pointer.split('/').at(-1)!,
          russian ? e.detail : this.transloco.translate(FAULTS[e.code] ?? 'buy.fault_other'),
        ]),
      ),
    );
  }

  private show(faults: Faults): void {
    this.faults.set(faults);
    if (Object.keys(faults).length)
      this.focused(() => this.form()?.nativeElement.querySelector<HTMLElement>('[aria-invalid="true"]'));
  }

  private say(text: string): void {
    this.said.set(text);
    this.focused(() => this.notice()?.nativeElement);
  }

  private focused(find: () => HTMLElement | null | undefined): void {
    afterNextRender({ read: () => find()?.focus() }, { injector: this.injector });
  }
}
