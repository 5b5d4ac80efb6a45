import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  resource,
  signal,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { MoneyPipe, newKey } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { GoodsPicker } from './goods-picker';
import { type Wanted, deliveryOf, sumOf } from './phone-order';

/** A manager takes down an order of somebody who calls. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Failed, FormsModule, GoodsPicker, Icon, Loading, MoneyPipe, RouterLink, TranslocoDirective],
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
          <label class="k-field">
            <span>{{ t('trade.phone.name') }}</span>
            <input
              class="k-input"
              name="name"
              maxlength="200"
              autocomplete="off"
              [(ngModel)]="name"
              [attr.aria-invalid]="!!wrong('name')"
              aria-describedby="caller-name"
            />
            <small id="caller-name" class="k-error">{{ wrong('name') }}</small>
          </label>
          <label class="k-field">
            <span>{{ t('trade.phone.phone') }}</span>
            <input
              class="k-input"
              name="phone"
              type="tel"
              inputmode="tel"
              autocomplete="off"
              placeholder="+996 555 123 456"
              [(ngModel)]="phone"
              [attr.aria-invalid]="!!wrong('phone')"
              aria-describedby="caller-phone"
            />
            <small id="caller-phone" [class]="wrong('phone') ? 'k-error' : 'k-hint'">{{
              wrong('phone') || t('trade.phone.phone_hint')
            }}</small>
          </label>

          @if (offer.hasValue()) {
            @if (offer.value().methods.length) {
              <label class="k-field">
                <span>{{ t('trade.order.delivery') }}</span>
                <select
                  class="k-select"
                  name="method"
                  [ngModel]="method()?.method"
                  (ngModelChange)="methodId.set($event)"
                >
                  @for (one of offer.value().methods; track one.method) {
                    <option [value]="one.method">
                      {{ t('delivery_method.' + one.method) }},
                      {{ one.fee.amount ? one.fee.display : t('trade.terms.free_small') }}
                    </option>
                  }
                </select>
              </label>
              @for (field of method()?.fields ?? []; track field.name) {
                <label class="k-field">
                  <span>{{ t('trade.field.' + field.name) }}</span>
                  <input
                    class="k-input"
                    [type]="field.name.startsWith('slot_') ? 'datetime-local' : 'text'"
                    [name]="'d_' + field.name"
                    autocomplete="off"
                    [ngModel]="typed()[field.name] ?? ''"
                    (ngModelChange)="type(field.name, $event)"
                    [attr.aria-invalid]="!!wrong(field.name)"
                    [attr.aria-describedby]="'d_' + field.name"
                  />
                  <small [id]="'d_' + field.name" class="k-error">{{ wrong(field.name) }}</small>
                </label>
              }
              <label class="k-field">
                <span>{{ t('trade.order.payment') }}</span>
                <select
                  class="k-select"
                  name="payment"
                  [ngModel]="payment()"
                  (ngModelChange)="paymentId.set($event)"
                >
                  @for (one of method()?.payment_methods ?? []; track one.method) {
                    <option [value]="one.method">{{ t('payment_method.' + one.method) }}</option>
                  }
                </select>
              </label>
            } @else {
              <p class="k-notice k-notice--warn">{{ t('trade.phone.no_methods') }}</p>
            }
          } @else if (offer.error()) {
            <k-failed [error]="offer.error()" (again)="offer.reload()" />
          } @else {
            <k-loading [count]="2" />
          }
          @if (payment() === 'card') {
            <label class="k-field">
              <span>{{ t('trade.phone.email') }}</span>
              <input
                class="k-input"
                name="email"
                type="email"
                autocomplete="off"
                [(ngModel)]="email"
                [attr.aria-invalid]="!!wrong('email')"
                aria-describedby="caller-email"
              />
              <small id="caller-email" [class]="wrong('email') ? 'k-error' : 'k-hint'">{{
                wrong('email') || t('trade.phone.email_hint')
              }}</small>
            </label>
          }
          <label class="k-field">
            <span>{{ t('trade.phone.comment') }}</span>
            <textarea class="k-textarea" name="comment" maxlength="1000" [(ngModel)]="comment"></textarea>
          </label>
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
  styles: `
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s2);
      justify-self: start;
      min-height: var(--touch);
      text-decoration: none;
    }
    .columns {
      display: grid;
      gap: var(--s5);
      align-items: start;
    }
    .sums {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--s2) var(--s4);
      margin: 0;
    }
    .sums dt:not(.k-strong) {
      color: var(--clay);
    }
    .sums dd {
      margin: 0;
      text-align: end;
    }
    @media (width >= 1000px) {
      .columns {
        grid-template-columns: minmax(0, 1fr) 380px;
      }
    }
  `,
})
export class PhoneOrderPage {
  protected readonly icons = { back: ArrowLeft };
  protected readonly lines = signal<readonly Wanted[]>([]);
  protected readonly name = signal('');
  protected readonly phone = signal('');
  protected readonly email = signal('');
  protected readonly comment = signal('');
  protected readonly typed = signal<Readonly<Record<string, string>>>({});
  protected readonly methodId = signal<string | null>(null);
  protected readonly paymentId = signal<Schemas['PaymentMethod'] | null>(null);
  protected readonly busy = signal(false);
  private readonly problem = signal<Problem | null>(null);
  private readonly missing = signal<ReadonlySet<string>>(new Set());
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);
  private key = newKey();
  private sent = '';

  protected readonly offer = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/checkout/options', { params: { query: { shop_id: params } }, signal: abortSignal }),
      ),
  });
  protected readonly method = computed(() => {
    const methods = this.offer.hasValue() ? this.offer.value().methods : [];
    const usual = methods.find((m) => m.method === 'pickup') ?? methods[0];
    return methods.find((m) => m.method === this.methodId()) ?? usual ?? null;
  });
  protected readonly payment = computed(() => {
    const all = this.method()?.payment_methods ?? [];
    return (all.find((p) => p.method === this.paymentId()) ?? all[0])?.method ?? null;
  });
  protected readonly sum = computed(() => sumOf(this.lines()));

  protected type(field: string, value: string): void {
    this.typed.update((typed) => ({ ...typed, [field]: value }));
  }

  protected wrong(field: string): string {
    if (this.missing().has(field)) return this.transloco.translate('common.required');
    return this.problem()?.field(field) ?? '';
  }

  protected async place(): Promise<void> {
    const method = this.method();
    const payment = this.payment();
    if (this.busy() || !method || !payment || !this.lines().length) return;
    const missing = new Set<string>();
    if (!this.name().trim()) missing.add('name');
    if (!this.phone().trim()) missing.add('phone');
    if (payment === 'card' && !this.email().trim()) missing.add('email');
    for (const field of method.fields) {
      if (field.required && !this.typed()[field.name]?.trim()) missing.add(field.name);
    }
    this.missing.set(missing);
    this.problem.set(null);
    if (missing.size) return this.focusWrong();
    const body: Schemas['PhoneOrderBody'] = {
      contact: {
        name: this.name().trim(),
        phone: this.phone().replace(/[^\d+]/g, ''),
        email: payment === 'card' ? this.email().trim() : null,
      },
      delivery: deliveryOf(
        method.method,
        method.fields.map((f) => f.name),
        this.typed(),
      ),
      items: this.lines().map((line) => ({ variant_id: line.variant.id, qty: line.qty })),
      payment_method: payment,
      comment: this.comment().trim() || null,
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
      this.focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  private focusWrong(): void {
    setTimeout(() => this.element.nativeElement.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }
}
