import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  resource,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe, DayPipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { lastDays, marketDay } from './days';
import { liveRefresh } from './live-refresh';
import { PayoutForm } from './payout-form';
import { allowed } from './rights';
import { orderDays, tillDays } from './trade-api';

type Payout = Schemas['payouts_controllers_PayoutView'];

const DAYS = 30;
const TONES: Record<Payout['status'], string> = {
  created: 'k-badge',
  sent: 'k-badge k-badge--info',
  paid: 'k-badge k-badge--good',
  failed: 'k-badge k-badge--bad',
};

/** What Kerben owes the seller, what was paid out, and the days of the shop. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, DayPipe, Empty, Failed, Loading, PayoutForm, TranslocoDirective],
  template: `
    <main class="k-page k-stack k-stack--loose" id="content" *transloco="let t">
      <h1>{{ t('trade.money.title') }}</h1>
      <section [attr.aria-label]="t('trade.money.balance')">
        @if (balance.hasValue()) {
          <dl class="figures">
            <div class="k-card">
              <dt>{{ t('trade.money.balance') }}</dt>
              <dd class="k-money big">{{ balance.value().balance.display }}</dd>
              <dd class="k-soft k-small">
                {{
                  t(balance.value().balance.amount < 0 ? 'trade.money.negative' : 'trade.money.balance_text')
                }}
              </dd>
            </div>
            <div class="k-card">
              <dt>{{ t('trade.money.transit') }}</dt>
              <dd class="k-money big">{{ balance.value().in_transit.display }}</dd>
              <dd class="k-soft k-small">{{ t('trade.money.transit_text') }}</dd>
            </div>
          </dl>
        } @else if (balance.error()) {
          <k-failed [error]="balance.error()" (again)="balance.reload()" />
        } @else {
          <k-loading [count]="1" />
        }
      </section>

      <div class="columns">
        <section class="k-stack" aria-labelledby="payouts">
          <h2 id="payouts">{{ t('trade.money.payouts') }}</h2>
          @if (payouts.items(); as items) {
            @if (items.length) {
              <ul class="k-list" role="list">
                @for (one of items; track one.id) {
                  <li class="payout">
                    <span class="k-money k-strong">{{ one.amount.display }}</span>
                    <span [class]="tones[one.status]">{{ t('trade.payout.' + one.status) }}</span>
                    <span class="k-soft k-small">
                      {{ one.created_at | dateTime }}
                      @if (one.bank_name) {
                        · {{ one.bank_name }}
                      }
                      @if (one.account) {
                        · •• {{ last4(one.account) }}
                      }
                    </span>
                    @if (one.status === 'failed') {
                      <span class="k-small">{{ t('trade.payout.failed_text') }}</span>
                    }
                  </li>
                }
              </ul>
              @if (payouts.hasMore()) {
                <button type="button" class="k-btn more" [disabled]="payouts.busy()" (click)="payouts.more()">
                  {{ t('common.more') }}
                </button>
              }
            } @else {
              <k-empty [heading]="t('trade.money.no_payouts')" [text]="t('trade.money.no_payouts_text')" />
            }
          } @else if (payouts.error()) {
            <k-failed [error]="payouts.error()" (again)="payouts.again()" />
          } @else {
            <k-loading />
          }
        </section>
        @if (mayChange()) {
          <b-payout-form />
        }
      </div>

      <section class="k-stack">
        <div>
          <h2 id="statement">{{ t('trade.money.statement') }}</h2>
          <p class="k-soft k-small">{{ t('trade.money.statement_text', { shop: current.shop()?.name }) }}</p>
        </div>
        @if (days.hasValue()) {
          @if (rows().length) {
            <div
              class="k-table-wrap"
              tabindex="0"
              role="region"
              [attr.aria-label]="t('trade.money.statement')"
            >
              <table class="k-table">
                <thead>
                  <tr>
                    <th scope="col">{{ t('trade.day') }}</th>
                    <th scope="col" class="k-num">{{ t('trade.today.counter') }}</th>
                    <th scope="col" class="k-num">{{ t('trade.shift.by_cash') }}</th>
                    <th scope="col" class="k-num">{{ t('trade.shift.by_card') }}</th>
                    <th scope="col" class="k-num">{{ t('trade.shift.by_qr') }}</th>
                    <th scope="col" class="k-num">{{ t('trade.today.online') }}</th>
                  </tr>
                </thead>
                <tbody>
                  @for (row of rows(); track row.day) {
                    <tr>
                      <th scope="row">{{ row.day | day }}</th>
                      <td class="k-num">{{ row.till?.revenue?.display ?? '—' }}</td>
                      <td class="k-num">{{ row.till?.payments?.cash?.display ?? '—' }}</td>
                      <td class="k-num">{{ row.till?.payments?.card?.display ?? '—' }}</td>
                      <td class="k-num">{{ row.till?.payments?.qr?.display ?? '—' }}</td>
                      <td class="k-num">{{ row.orders?.revenue?.display ?? '—' }}</td>
                    </tr>
                  }
                </tbody>
              </table>
            </div>
          } @else {
            <p class="k-card k-soft">{{ t('trade.money.no_days') }}</p>
          }
        } @else if (days.error()) {
          <k-failed [error]="days.error()" (again)="days.reload()" />
        } @else {
          <k-loading />
        }
      </section>
    </main>
  `,
  styles: `
    .figures {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
      gap: var(--s3);
      margin: 0;
    }
    .figures dt {
      color: var(--clay);
      font-size: var(--t-small);
    }
    .figures dd {
      margin: 0;
    }
    .big {
      font-size: var(--t-title);
      font-weight: 650;
    }
    .columns {
      display: grid;
      gap: var(--s5);
      align-items: start;
    }
    .payout {
      display: grid;
      grid-template-columns: 1fr auto;
      align-items: center;
      gap: var(--s1) var(--s3);
    }
    .payout .k-small {
      grid-column: 1 / -1;
    }
    .more {
      justify-self: center;
    }
    tbody th {
      color: var(--ink);
    }
    tbody tr:last-child th {
      border-bottom: 0;
    }
    @media (width >= 1000px) {
      .columns {
        grid-template-columns: minmax(0, 1fr) 400px;
      }
    }
  `,
})
export class MoneyPage {
  protected readonly current = inject(CurrentShop);
  protected readonly tones = TONES;
  protected readonly payouts = new Paged<Payout>();
  protected readonly mayChange = computed(() => allowed(this.current.role(), 'payout_account'));
  protected readonly balance = resource({
    params: () => this.current.merchantId(),
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/merchants/{merchant_id}/balance', {
          params: { path: { merchant_id: params } },
          signal: abortSignal,
        }),
      ),
  });
  protected readonly days = resource({
    params: () => this.current.shopId(),
    loader: async ({ params, abortSignal }) => {
      const shown = lastDays(marketDay(new Date()), DAYS);
      const span = [shown[0]!, shown.at(-1)!] as const;
      const [tills, orders] = await Promise.all([
        tillDays(params, ...span, abortSignal),
        orderDays(params, ...span, abortSignal),
      ]);
      return shown
        .map((day) => ({
          day,
          till: tills.find((d) => d.day === day),
          orders: orders.find((d) => d.day === day),
        }))
        .filter((row) => row.till || row.orders)
        .reverse();
    },
  });
  protected readonly rows = computed(() => (this.days.hasValue() ? this.days.value() : []));

  constructor() {
    effect(() => {
      const merchant_id = this.current.merchantId();
      this.payouts.start(
        (cursor, signal) =>
          call(
            api.GET('/api/v1/merchants/{merchant_id}/payouts', {
              params: { path: { merchant_id }, query: { cursor, limit: 12 } },
              signal,
            }),
          ),
        false,
      );
    });
    liveRefresh(
      () => [`shop-orders:${this.current.shopId()}`],
      () => {
        this.balance.reload();
        this.days.reload();
      },
      2000,
    );
    inject(DestroyRef).onDestroy(() => this.payouts.stop());
  }

  protected last4(account: string): string {
    return account.slice(-4);
  }
}
