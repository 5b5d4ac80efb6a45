import { ChangeDetectionStrategy, Component, computed, inject, input, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DateTimePipe, PageTitle, QtyPipe } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { liveRefresh } from './live-refresh';
import { type Ending, OrderDialogs } from './order-dialogs';
import { OrderHistory } from './order-history';
import { OrderSide } from './order-side';
import { TONES, editable, forward } from './order-states';
import { allowed } from './rights';
import { type Order, type OrderStatus, getOrder } from './trade-api';

/** One order: what, for whom, how it is paid and brought, what happened, and what may be done next. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    DateTimePipe,
    Failed,
    Icon,
    Loading,
    OrderDialogs,
    OrderHistory,
    OrderSide,
    QtyPipe,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/orders"
        ><k-icon [of]="icons.back" [size]="18" /> {{ t('trade.orders.title') }}</a
      >
      @if (order(); as it) {
        <header class="k-row k-row--between">
          <div>
            <h1>{{ t('trade.order.title', { number: it.number }) }}</h1>
            <p class="k-soft k-small">{{ t('trade.order.made', { at: it.created_at | dateTime }) }}</p>
          </div>
          <span [class]="badge()" aria-live="polite">{{ t('order_status.' + it.status) }}</span>
        </header>

        @if (it.needs_attention; as words) {
          <section class="k-notice k-notice--bad notice" aria-labelledby="decide">
            <div class="k-stack k-stack--tight k-grow">
              <h2 id="decide">{{ t('trade.order.decide') }}</h2>
              <p>{{ cause() ? t('trade.cause.' + cause()) : words }}</p>
              <div class="k-row">
                @if (mayRestock()) {
                  <button type="button" class="k-btn" [disabled]="busy()" (click)="goodsAreThere()">
                    {{ t('trade.order.goods_there') }}
                  </button>
                }
                @if (mayRefund()) {
                  <button type="button" class="k-btn k-btn--danger" (click)="ask('attention_refund')">
                    {{ t('trade.ending.attention_refund') }}
                  </button>
                }
              </div>
            </div>
          </section>
        }

        @if (steps().length || canEdit() || canCancel() || canReturn() || canExtend() || canRefund()) {
          <section class="k-row acts" [attr.aria-label]="t('trade.order.next')">
            @for (step of steps(); track step; let first = $first) {
              <button
                type="button"
                class="k-btn"
                [class.k-btn--primary]="first && step !== 'pickup_expired' && !it.needs_attention"
                [disabled]="busy()"
                (click)="move(step)"
              >
                {{ t('trade.step.' + step) }}
              </button>
            }
            @if (canEdit()) {
              <a class="k-btn" [routerLink]="['/orders', it.id, 'edit']">{{ t('trade.edit.title') }}</a>
            }
            @if (canExtend()) {
              <button type="button" class="k-btn" (click)="ask('extend')">
                {{ t('trade.ending.extend') }}
              </button>
            }
            @if (canReturn()) {
              <button type="button" class="k-btn" (click)="ask('return')">
                {{ t('trade.ending.return') }}
              </button>
            }
            @if (canRefund()) {
              <button type="button" class="k-btn" (click)="ask('refund')">
                {{ t('trade.ending.refund') }}
              </button>
            }
            @if (canCancel()) {
              <button type="button" class="k-btn k-btn--danger" (click)="ask('cancel')">
                {{ t('trade.ending.cancel') }}
              </button>
            }
          </section>
        }
        @if (it.status === 'awaiting_payment' && it.reserved_until) {
          <p class="k-notice">{{ t('trade.order.kept_until', { at: it.reserved_until | dateTime }) }}</p>
        }
        @if (it.status === 'awaiting_confirmation' && it.reserved_until) {
          <p class="k-notice k-notice--warn">
            {{ t('trade.order.confirm_until', { at: it.reserved_until | dateTime }) }}
          </p>
        }
        @if (it.pickup_until) {
          <p class="k-notice" [class.k-notice--warn]="it.status === 'pickup_expired'">
            {{ t('trade.order.pickup_until', { at: it.pickup_until | dateTime }) }}
          </p>
        }

        <div class="columns">
          <div class="k-stack">
            <section class="k-card k-card--flush" aria-labelledby="goods">
              <h2 id="goods" class="inside">{{ t('trade.order.goods') }}</h2>
              <ul class="lines" role="list">
                @for (line of it.items; track $index) {
                  <li>
                    <span>
                      {{ line.name }}
                      <span class="k-soft k-small">{{ facts(line) }}</span>
                      @if (line.note) {
                        <span class="note k-small">{{ line.note }}</span>
                      }
                      @if (!line.variant_id) {
                        <span class="k-badge k-badge--warn">{{ t('trade.order.size_open') }}</span>
                      }
                    </span>
                    <span class="k-num k-soft">{{ line.qty | qty }} × {{ line.unit_price.display }}</span>
                    <span class="k-money">{{ line.amount.display }}</span>
                  </li>
                }
              </ul>
              <dl class="sums">
                <dt>{{ t('trade.order.items_total') }}</dt>
                <dd class="k-money">{{ it.items_total.display }}</dd>
                <dt>{{ t('trade.order.fee') }}</dt>
                <dd class="k-money">
                  {{ it.delivery_fee.amount ? it.delivery_fee.display : t('trade.terms.free_small') }}
                </dd>
                <dt class="k-strong">{{ t('trade.order.total') }}</dt>
                <dd class="k-money k-strong">{{ it.total.display }}</dd>
              </dl>
            </section>
            @if (it.comment) {
              <section class="k-card k-stack k-stack--tight">
                <h2>{{ t('trade.order.comment') }}</h2>
                <p class="words">{{ it.comment }}</p>
              </section>
            }
          </div>

          <b-order-side class="side" [order]="it" />
          <section class="k-card k-stack history" aria-labelledby="history">
            <h2 id="history">{{ t('trade.order.history') }}</h2>
            <b-order-history [history]="it.history" />
          </section>
        </div>
        <b-order-dialogs [order]="it" [kind]="ending()" [(open)]="asking" (done)="ended()" />
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading [count]="5" />
      }
    </main>
  `,
  styles: `
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      margin-block: calc(-1 * var(--s2));
      justify-self: start;
      min-height: var(--touch);
      text-decoration: none;
    }
    .notice {
      padding: var(--s4);
    }
    .notice h2 {
      font-size: var(--t-body);
    }
    .columns {
      display: grid;
      gap: var(--s4);
      align-items: start;
    }
    .inside {
      padding: var(--s4) var(--s4) var(--s2);
    }
    .lines {
      margin: 0;
      padding: 0;
    }
    .lines li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0 var(--s4);
      padding: var(--s3) var(--s4);
      border-bottom: 1px solid var(--line);
    }
    .lines li > :first-child {
      grid-column: 1 / -1;
    }
    .note {
      display: block;
      color: var(--clay);
    }
    .sums {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--s2) var(--s4);
      margin: 0;
      padding: var(--s4);
    }
    .sums dt:not(.k-strong) {
      color: var(--clay);
    }
    .sums dd {
      margin: 0;
      text-align: end;
    }
    .words {
      overflow-wrap: anywhere;
      white-space: pre-line;
    }
    @media (width < 600px) {
      .acts,
      .notice .k-row {
        display: grid;
      }
    }
    @media (width >= 900px) {
      .columns {
        grid-template-columns: minmax(0, 2fr) minmax(260px, 1fr);
        grid-template-rows: auto 1fr;
      }
      .side {
        grid-area: 1 / 2 / 3 / 3;
      }
      .lines li {
        grid-template-columns: minmax(0, 1fr) auto 110px;
      }
      .lines li > :first-child {
        grid-column: auto;
      }
      .lines .k-money {
        text-align: end;
      }
    }
  `,
})
export class OrderPage {
  /** From the address. */
  readonly id = input.required<string>();

  protected readonly current = inject(CurrentShop);
  protected readonly icons = { back: ArrowLeft };
  protected readonly busy = signal(false);
  protected readonly asking = signal(false);
  protected readonly ending = signal<Ending>('cancel');
  protected readonly found = resource({
    params: () => this.id(),
    loader: async ({ params, abortSignal }) => {
      const order = await getOrder(params, abortSignal);
      this.title.set(this.transloco.translate('trade.order.title', { number: order.number }));
      return order;
    },
  });
  protected readonly order = computed<Order | null>(() =>
    this.found.hasValue() ? this.found.value() : null,
  );
  protected readonly badge = computed(() => {
    const tone = TONES[this.order()!.status];
    return tone ? `k-badge k-badge--${tone}` : 'k-badge';
  });
  protected readonly steps = computed(() =>
    forward(this.order()?.can_become ?? [], this.order()?.delivery.method),
  );
  protected readonly cause = computed(() => this.order()?.attention_cause ?? null);
  private readonly paid = computed(() => this.order()?.payment?.status === 'captured');
  private readonly ends = computed(() =>
    (this.order()?.can_become ?? []).filter((s) => s === 'cancelled' || s === 'returned'),
  );
  protected readonly mayRefund = computed(
    () => allowed(this.current.role(), 'refund') && this.ends().length > 0,
  );
  protected readonly canRefund = computed(
    () => this.paid() && ((this.mayRefund() && !this.order()?.needs_attention) || this.bankRefused()),
  );
  // The acquirer would not take the first one: the order has ended, its money still has to go back.
  private readonly bankRefused = computed(() => {
    const order = this.order();
    const ended = order?.status === 'cancelled' || order?.status === 'returned';
    const owed = !order?.refund || order.refund.status === 'failed';
    return ended && owed && allowed(this.current.role(), 'refund');
  });
  // A paid order is ended by giving the money back, where the reason is asked for.
  // While a decision is asked for, the end stands beside the question.
  private readonly endsHere = computed(
    () => !this.canRefund() && !(this.mayRefund() && this.order()?.needs_attention),
  );
  protected readonly canCancel = computed(() => this.ends().includes('cancelled') && this.endsHere());
  protected readonly canReturn = computed(() => this.ends().includes('returned') && this.endsHere());
  protected readonly canExtend = computed(() => {
    const status = this.order()?.status;
    const waits = status === 'ready_for_pickup' || status === 'pickup_expired';
    return waits && allowed(this.current.role(), 'extend');
  });
  protected readonly canEdit = computed(() => {
    const status = this.order()?.status;
    return !!status && editable(status) !== 'nothing' && allowed(this.current.role(), 'take_orders');
  });
  protected readonly mayRestock = computed(
    () => this.cause() === 'oversold' && allowed(this.current.role(), 'restock'),
  );
  private readonly title = inject(PageTitle);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    liveRefresh(
      () => [`order:${this.id()}`, `shop-orders:${this.current.shopId()}`],
      (messages) => {
        const mine = messages.some((m) => m.topic.startsWith('order:') || m.data['order_id'] === this.id());
        if (mine || messages.some((m) => m.kind === 'reset')) this.found.reload();
      },
      300,
    );
  }

  protected facts(line: Order['items'][number]): string {
    return [...Object.values(line.attributes), line.sku].filter(Boolean).join(' · ');
  }

  protected ask(kind: Ending): void {
    this.ending.set(kind);
    this.asking.set(true);
  }

  protected ended(): void {
    this.toasts.good(this.transloco.translate(`trade.ending.${this.ending()}_done`));
    this.found.reload();
  }

  protected move(to: OrderStatus): Promise<void> {
    return this.change(async () => {
      const params = { path: { order_id: this.id() } };
      const moved = await call(api.POST('/api/v1/orders/{order_id}/transitions', { params, body: { to } }));
      this.toasts.good(this.transloco.translate(`order_status.${moved.status}`));
      return moved;
    });
  }

  protected goodsAreThere(): Promise<void> {
    return this.change(async () => {
      const params = { path: { order_id: this.id() } };
      const body = { action: 'restocked' as const, reason: '', restock: true };
      const moved = await call(api.POST('/api/v1/orders/{order_id}/attention', { params, body }));
      this.toasts.good(this.transloco.translate('trade.order.goods_there_done'));
      return moved;
    });
  }

  private async change(work: () => Promise<Order>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      this.found.set(await work());
    } catch (error) {
      this.toasts.bad(error);
      this.found.reload();
    } finally {
      this.busy.set(false);
    }
  }
}
