import { ChangeDetectionStrategy, Component, computed, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DateTimePipe, PhonePipe, QtyPipe } from '@kerben/core';
import { Failed, Icon, Loading } from '@kerben/design';
import { ChevronLeft } from 'lucide';
import { acting } from '../ui/acting';
import { bearing } from '../ui/bearing';
import { Evidence } from '../ui/evidence';
import { MerchantName } from '../ui/merchant-name';

const ROLES = [
  'buyer',
  'owner',
  'manager',
  'cashier',
  'storekeeper',
  'accountant',
  'admin',
  'system',
  'guest',
];

/** One order with its history, and the decision who bears its refund. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    DateTimePipe,
    Evidence,
    Failed,
    Icon,
    Loading,
    MerchantName,
    PhonePipe,
    QtyPipe,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <header>
        <a class="back" routerLink="/orders"><k-icon [of]="chevron" [size]="18" />{{ t('shell.orders') }}</a>
        <h1>{{ t('console.order.title', { number: order.hasValue() ? order.value().number : '' }) }}</h1>
      </header>
      @if (order.hasValue()) {
        @let o = order.value();
        <p class="k-row">
          <span class="k-badge k-badge--info">{{ t('order_status.' + o.status) }}</span>
          <span class="k-soft">{{ o.created_at | dateTime }}</span>
          <c-merchant [id]="o.merchant_id" />
        </p>
        @if (o.needs_attention) {
          <p class="k-notice k-notice--bad">
            {{ o.attention_cause ? t('console.orders.cause_' + o.attention_cause) : o.needs_attention }}
          </p>
        }
        <div class="halves">
          <section class="k-card k-stack">
            <h2>{{ t('console.order.goods') }}</h2>
            <ul role="list" class="lines">
              @for (line of o.items; track $index) {
                <li>
                  <span class="k-grow">{{ line.name }}</span>
                  <span class="k-num k-soft"
                    >{{ line.qty | qty }} {{ t('common.' + line.unit) }} × {{ line.unit_price.display }}</span
                  >
                  <span class="k-num">{{ line.amount.display }}</span>
                </li>
              }
              <li>
                <span class="k-grow"
                  >{{ t('console.order.delivery') }}: {{ t('delivery_method.' + o.delivery.method) }}</span
                >
                <span class="k-num">{{ o.delivery_fee.display }}</span>
              </li>
              <li class="k-strong">
                <span class="k-grow">{{ t('console.order.total') }}</span>
                <span class="k-num">{{ o.total.display }}</span>
              </li>
            </ul>
          </section>
          <section class="k-card k-stack">
            <h2>{{ t('console.order.people') }}</h2>
            <dl class="k-dl">
              <dt>{{ t('console.order.buyer') }}</dt>
              <dd>{{ o.contact.name }}</dd>
              <dt>{{ t('console.order.phone') }}</dt>
              <dd class="k-num">{{ o.contact.phone | phone }}</dd>
              <dt>{{ t('console.order.payment') }}</dt>
              <dd>
                {{ t('payment_method.' + o.payment_method) }}
                @if (o.payment) {
                  <span class="k-soft paid">{{ t('payment_status.' + o.payment.status) }}</span>
                }
              </dd>
              @if (o.comment) {
                <dt>{{ t('console.order.comment') }}</dt>
                <dd>{{ o.comment }}</dd>
              }
            </dl>
          </section>
        </div>
        @if (o.refund; as refund) {
          <section class="k-card k-stack">
            <h2>{{ t('console.order.refund') }}</h2>
            <dl class="k-dl">
              <dt>{{ t('console.order.refund_sum') }}</dt>
              <dd class="k-num">{{ refund.amount.display }}</dd>
              <dt>{{ t('console.order.refund_state') }}</dt>
              <dd>{{ t('console.order.refund_' + known(refund.status)) }}</dd>
              <dt>{{ t('console.order.reason') }}</dt>
              <dd>{{ refund.reason }}</dd>
              @if (refund.responsible) {
                <dt>{{ t('console.order.responsible') }}</dt>
                <dd>{{ t('console.order.bearer_' + refund.responsible) }}</dd>
              }
              <dt>{{ t('console.order.borne_by') }}</dt>
              <dd>{{ t('console.order.bearer_' + (refund.borne_by ?? 'seller')) }}</dd>
            </dl>
            @if (refund.evidence?.length) {
              <h3>{{ t('console.order.evidence') }}</h3>
              <c-evidence [of]="refund.evidence" />
            }
            @if (refund.borne_by !== 'platform') {
              <div>
                <button
                  type="button"
                  class="k-btn"
                  [disabled]="doing.busy()"
                  (click)="bear(refund, 'platform')"
                >
                  {{ t('console.bearing.platform') }}
                </button>
              </div>
            }
          </section>
        }
        <section class="k-card k-stack">
          <h2>{{ t('console.order.history') }}</h2>
          <ol role="list" class="history">
            @for (step of history(); track step.n) {
              <li>
                <span class="k-soft k-num">{{ step.at | dateTime }}</span>
                <span>
                  {{ t('order_status.' + step.to_status) }}
                  <span class="k-soft">{{ t('console.actor.' + role(step.actor_role)) }}</span>
                  @if (step.comment) {
                    <span class="said">{{ step.comment }}</span>
                  }
                </span>
              </li>
            }
          </ol>
        </section>
      } @else if (order.error()) {
        <k-failed [error]="order.error()" (again)="order.reload()" />
      } @else {
        <k-loading />
      }
    </main>
  `,
  styles: `
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      min-height: var(--touch);
      text-decoration: none;
    }
    .halves {
      display: grid;
      gap: var(--s4);
      align-items: start;
    }
    @media (width >= 1000px) {
      .halves {
        grid-template-columns: 3fr 2fr;
      }
    }
    .lines li {
      display: flex;
      flex-wrap: wrap;
      gap: var(--s1) var(--s4);
      padding-block: var(--s2);
      border-top: 1px solid var(--line);
    }
    .lines .k-grow {
      flex-basis: 160px;
    }
    .lines .k-num:last-child {
      margin-inline-start: auto;
    }
    @media (width < 600px) {
      .lines li:has(.k-soft) .k-grow {
        flex-basis: 100%;
      }
    }
    .history {
      display: grid;
      gap: var(--s3);
    }
    .history li {
      display: grid;
      gap: 0 var(--s4);
    }
    @media (width >= 600px) {
      .history li {
        grid-template-columns: 160px 1fr;
      }
    }
    .paid,
    .said {
      display: block;
    }
  `,
})
export class OrderPage {
  readonly id = input.required<string>();
  protected readonly chevron = ChevronLeft;
  protected readonly doing = acting();
  protected readonly order = resource({
    params: () => this.id(),
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/orders/{order_id}', { params: { path: { order_id: params } }, signal: abortSignal }),
      ),
  });
  protected readonly bear = bearing(this.doing, () => this.order.reload());
  /** Newest first. */
  protected readonly history = computed(() =>
    this.order.hasValue() ? [...this.order.value().history].sort((a, b) => b.n - a.n) : [],
  );

  protected role(name: string): string {
    return ROLES.includes(name) ? name : 'other';
  }

  protected known(status: string): string {
    return ['requested', 'sent', 'done', 'failed'].includes(status) ? status : 'sent';
  }
}
