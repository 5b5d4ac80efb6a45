import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Failed, Loading } from '@kerben/design';
import { CurrentShop } from '../shell/current-shop';
import { marketDay } from './days';
import { liveRefresh } from './live-refresh';
import { getBalance } from './money-api';
import { MoneyPayouts } from './money-payouts';
import { type Days, type Span, daysOf, faultOf, spanOf } from './money-period';
import { MoneyShopDays } from './money-shop-days';
import { MoneySpan } from './money-span';
import { MoneyStatement } from './money-statement';
import { PayoutForm } from './payout-form';
import { allowed } from './rights';

/** What Kerben owes the seller, how that came about, and what was paid out. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Failed,
    Loading,
    MoneyPayouts,
    MoneyShopDays,
    MoneySpan,
    MoneyStatement,
    PayoutForm,
    TranslocoDirective,
  ],
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

      <section class="k-stack" aria-labelledby="statement">
        <h2 id="statement">{{ t('money.title') }}</h2>
        <b-money-span [span]="span()" [days]="days()" [today]="today()" (chosen)="go($event)" />
        <b-money-statement
          [merchantId]="current.merchantId()"
          [days]="days()"
          [today]="today()"
          [news]="news()"
        />
      </section>

      <div class="columns">
        <b-money-payouts [merchantId]="current.merchantId()" [news]="news()" />
        @if (mayChange()) {
          <b-payout-form />
        }
      </div>
      <b-money-shop-days [days]="days()" [today]="today()" />
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
    @media (width >= 1000px) {
      .columns {
        grid-template-columns: minmax(0, 1fr) 400px;
      }
    }
  `,
})
export class MoneyPage {
  /** From the address: which days. */
  readonly period = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  protected readonly mayChange = computed(() => allowed(this.current.role(), 'payout_account'));
  protected readonly today = signal(marketDay(new Date()));
  protected readonly news = signal(0);
  protected readonly span = computed(() => spanOf(this.period()));
  private readonly own = computed<Days>(
    () => {
      const typed = { from: this.from() ?? '', to: this.to() ?? '' };
      return faultOf(typed, this.today()) ? daysOf('month', this.today(), typed) : typed;
    },
    { equal: same },
  );
  protected readonly days = computed(() => daysOf(this.span(), this.today(), this.own()), { equal: same });
  protected readonly balance = resource({
    params: () => this.current.merchantId(),
    loader: ({ params, abortSignal }) => getBalance(params, abortSignal),
  });

  constructor() {
    liveRefresh(
      () => [`shop-orders:${this.current.shopId()}`],
      () => this.news.update((n) => n + 1),
      2000,
    );
    effect(() => {
      if (!this.news()) return;
      // A page left open over midnight begins a new day with the first news of it.
      this.today.set(marketDay(new Date()));
      untracked(() => this.balance.reload());
    });
  }

  protected go({ span, days }: { span: Span; days: Days }): void {
    const own = span === 'own' ? days : { from: null, to: null };
    const queryParams = { period: span === 'month' ? null : span, ...own };
    void this.router.navigate([], { queryParams, replaceUrl: true });
  }
}

function same(one: Days, other: Days): boolean {
  return one.from === other.from && one.to === other.to;
}
