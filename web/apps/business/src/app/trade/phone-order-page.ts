import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { MoneyPipe, newKey } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { GoodsPicker } from './goods-picker';
import { EMPTY, type OrderDraft, methodOf, missingOf, paymentOf } from './order-draft';
import { OrderFields } from './order-fields';
import { type Wanted, deliveryOf, sumOf } from './phone-order';

/** A manager takes down an order of somebody who calls. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Failed,
    FormsModule,
    GoodsPicker,
    Icon,
    Loading,
    MoneyPipe,
    OrderFields,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/orders"
        ><k-icon [of]="icons.back" [size]="18" /> {{ t('trade.orders.title') }}</a
      >
      <h1>{{ t('trade.phone.title') }}</h1>
      <div class="columns">
        <section class="k-stack" aria-labelledby="goods">
          <h2 id="goods">{{ t('trade.phone.goods') }}</h2>
          <b-goods-picker [(lines)]="lines" />
        </section>

        <form class="k-card k-form" (ngSubmit)="place()">
          @if (offer.hasValue()) {
            @if (methods().length) {
              <b-order-fields
                [(draft)]="draft"
                [methods]="methods()"
                [missing]="missing()"
                [problem]="problem()"
              />
            } @else {
              <p class="k-notice k-notice--warn">{{ t('trade.phone.no_methods') }}</p>
            }
          } @else if (offer.error()) {
            <k-failed [error]="offer.error()" (again)="offer.reload()" />
          } @else {
            <k-loading [count]="4" />
          }
          <dl class="sums">
            <dt>{{ t('trade.order.items_total') }}</dt>
            <dd class="k-money">{{ sum() | money }}</dd>
            <dt>{{ t('trade.order.fee') }}</dt>
            <dd class="k-money">{{ method()?.fee?.display }}</dd>
            <dt class="k-strong">{{ t('trade.order.total') }}</dt>
            <dd class="k-money k-strong">{{ sum() + (method()?.fee?.amount ?? 0) | money }}</dd>
          </dl>
          <button
            type="submit"
            class="k-btn k-btn--primary"
            [disabled]="busy() || !lines().length || !method()"
          >
            {{ t('trade.phone.place') }}
          </button>
        </form>
      </div>
    </main>
  `,
  styleUrl: './order-form.css',
})
export class PhoneOrderPage {
  protected readonly icons = { back: ArrowLeft };
  protected readonly lines = signal<readonly Wanted[]>([]);
  protected readonly draft = signal<OrderDraft>(EMPTY);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly missing = signal<ReadonlySet<string>>(new Set());
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private key = newKey();
  private sent = '';

  protected readonly offer = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/checkout/options', { params: { query: { shop_id: params } }, signal: abortSignal }),
      ),
  });
  protected readonly methods = computed(() => (this.offer.hasValue() ? this.offer.value().methods : []));
  protected readonly method = computed(() => methodOf(this.draft(), this.methods()));
  protected readonly sum = computed(() => sumOf(this.lines()));

  protected async place(): Promise<void> {
    const method = this.method();
    const draft = this.draft();
    const payment = paymentOf(draft, method);
    if (this.busy() || !method || !payment || !this.lines().length) return;
    const missing = missingOf(draft, method, payment);
    this.missing.set(missing);
    this.problem.set(null);
    if (missing.size) return focusWrong();
    const body: Schemas['PhoneOrderBody'] = {
      contact: {
        name: draft.name.trim(),
        phone: draft.phone.replace(/[^\d+]/g, ''),
        email: payment === 'card' ? draft.email.trim() : null,
      },
      delivery: deliveryOf(
        method.method,
        method.fields.map((f) => f.name),
        draft.typed,
      ),
      items: this.lines().map((line) => ({ variant_id: line.variant.id, qty: line.qty })),
      payment_method: payment,
      comment: draft.comment.trim() || null,
    };
    await this.send(body);
  }

  private async send(body: Schemas['PhoneOrderBody']): Promise<void> {
    // The same order sent again counts once; a changed one is another.
    const text = JSON.stringify(body);
    if (text !== this.sent) this.key = newKey();
    this.sent = text;
    this.busy.set(true);
    try {
      const options = {
        params: { path: { shop_id: this.current.shopId() } },
        headers: { 'Idempotency-Key': this.key },
        body,
      };
      const made = await call(api.POST('/api/v1/shops/{shop_id}/orders', options));
      this.toasts.good(this.transloco.translate('trade.phone.placed', { number: made.number }));
      await this.router.navigate(['/orders', made.id], { replaceUrl: true });
    } catch (error) {
      if (error instanceof Problem && error.errors.length) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }
}
