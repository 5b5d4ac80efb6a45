import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Languages, QtyPipe, day as dayText, formatMoney } from '@kerben/core';
import { Empty, Failed, Icon, Loading } from '@kerben/design';
import { ChevronRight } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { byDay, lastDays, marketDay } from './days';
import { liveRefresh } from './live-refresh';
import { Plot, type Series } from './plot';
import { allowed } from './rights';
import { orderDays, tillDays, topGoods } from './trade-api';
import { whatWaits } from './waiting';

const SPANS = [7, 14, 30] as const;

/** The shop today: what was sold, what waits, and how the last days went. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Icon, Loading, Plot, QtyPipe, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-stack k-stack--loose" id="content" *transloco="let t">
      <header>
        <h1>{{ t('trade.today.title') }}</h1>
        <p class="k-soft">{{ todayText() }}</p>
      </header>

      @if (seesMoney()) {
        <section [attr.aria-label]="t('trade.today.figures')" aria-live="polite">
          @if (figures(); as sums) {
            <dl class="figures">
              <div class="k-card">
                <dt>{{ t('trade.today.counter') }}</dt>
                <dd class="k-money">{{ sums.counter }}</dd>
                <dd class="more">{{ t('trade.today.n_receipts', { n: sums.receipts }) }}</dd>
              </div>
              <div class="k-card">
                <dt>{{ t('trade.today.online') }}</dt>
                <dd class="k-money">{{ sums.online }}</dd>
                <dd class="more">{{ t('trade.today.n_orders', { n: sums.orders, paid: sums.paid }) }}</dd>
              </div>
              <div class="k-card">
                <dt>{{ t('trade.today.average') }}</dt>
                <dd class="k-money">{{ sums.average ?? '—' }}</dd>
                <dd class="more">
                  {{
                    sums.average ? t('trade.today.n_items', { n: sums.items }) : t('trade.today.no_receipts')
                  }}
                </dd>
              </div>
              <div class="k-card">
                <dt>{{ t('trade.today.returns') }}</dt>
                <dd class="k-money">{{ sums.returned }}</dd>
                <dd class="more">{{ t('trade.today.n_returns', { n: sums.returns }) }}</dd>
              </div>
            </dl>
          } @else if (days.error()) {
            <k-failed [error]="days.error()" (again)="days.reload()" />
          } @else {
            <k-loading [count]="2" />
          }
        </section>
      }

      <div class="columns" [class.columns--one]="!seesMoney()">
        <section class="k-stack" aria-labelledby="waits">
          <h2 id="waits">{{ t('trade.today.waits') }}</h2>
          @if (waiting.hasValue()) {
            @if (waiting.value().length) {
              <ul class="k-list waits" role="list">
                @for (one of waiting.value(); track one.kind) {
                  <li>
                    <a [routerLink]="one.link" [queryParams]="one.query">
                      <span class="k-badge k-num" [class.k-badge--warn]="one.urgent"
                        >{{ one.count }}{{ one.more ? '+' : '' }}</span
                      >
                      <span class="k-grow">{{ t('trade.waits.' + one.kind, { n: one.count }) }}</span>
                      <k-icon [of]="go" [size]="18" />
                    </a>
                  </li>
                }
              </ul>
            } @else {
              <p class="k-notice k-notice--good">{{ t('trade.today.nothing_waits') }}</p>
            }
          } @else if (waiting.error()) {
            <k-failed [error]="waiting.error()" (again)="waiting.reload()" />
          } @else {
            <k-loading [count]="3" />
          }
        </section>

        @if (seesMoney()) {
          <section class="k-stack" aria-labelledby="best">
            <h2 id="best">{{ t('trade.today.best') }}</h2>
            @if (best.hasValue()) {
              @if (goods().length) {
                <ol class="k-list best" role="list">
                  @for (one of goods(); track one.variant_id) {
                    <li>
                      <span class="name">{{ one.name }}</span>
                      <span class="k-money k-strong">{{ one.amount.display }}</span>
                      <span class="bar" aria-hidden="true"><i [style.width.%]="one.share"></i></span>
                      <span class="k-soft k-small k-num">{{ t('trade.times', { n: one.qty | qty }) }}</span>
                    </li>
                  }
                </ol>
              } @else {
                <p class="k-card k-soft">{{ t('trade.today.no_sales') }}</p>
              }
            } @else if (best.error()) {
              <k-failed [error]="best.error()" (again)="best.reload()" />
            } @else {
              <k-loading [count]="3" />
            }
          </section>
        }
      </div>

      @if (seesMoney()) {
        <section class="k-stack" aria-labelledby="lately">
          <div class="k-row k-row--between">
            <h2 id="lately">{{ t('trade.today.lately') }}</h2>
            <div class="k-chips" role="group" [attr.aria-label]="t('trade.today.span')">
              @for (one of spans; track one) {
                <button
                  type="button"
                  class="k-chip"
                  [attr.aria-pressed]="span() === one"
                  (click)="span.set(one)"
                >
                  {{ t('trade.today.n_days', { n: one }) }}
                </button>
              }
            </div>
          </div>
          @if (days.hasValue()) {
            <div class="plots">
              <div class="k-card k-stack k-stack--tight">
                <h3>{{ t('trade.today.sales_by_day') }}</h3>
                <b-plot
                  [labels]="labels()"
                  [series]="sales()"
                  [show]="som"
                  [axis]="short"
                  [label]="t('trade.today.sales_by_day')"
                  [none]="t('trade.today.no_sales_lately')"
                />
              </div>
              <div class="k-card k-stack k-stack--tight">
                <h3>{{ t('trade.today.orders_by_day') }}</h3>
                <b-plot
                  [labels]="labels()"
                  [series]="orders()"
                  [label]="t('trade.today.orders_by_day')"
                  [none]="t('trade.today.no_orders_lately')"
                />
              </div>
            </div>
          } @else if (days.error()) {
            <k-empty [heading]="t('trade.today.no_plots')" [text]="t('trade.today.no_plots_text')" />
          } @else {
            <k-loading [count]="3" />
          }
        </section>
      }
    </main>
  `,
  styles: `
    .figures {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 156px), 1fr));
      gap: var(--s3);
      margin: 0;
    }
    .figures .k-card {
      display: grid;
      gap: 2px;
      align-content: start;
    }
    .figures dt,
    .figures .more {
      color: var(--clay);
      font-size: var(--t-small);
    }
    .figures dd {
      margin: 0;
    }
    .figures .k-money {
      font-size: var(--t-large);
      font-weight: 650;
    }
    .columns,
    .plots {
      display: grid;
      gap: var(--s5);
      align-items: start;
    }
    .waits li {
      padding: 0;
    }
    .waits a {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-height: 56px;
      padding: var(--s2) var(--s4);
      color: inherit;
      text-decoration: none;
    }
    .waits a:hover {
      background: var(--sunken);
    }
    .waits .k-badge {
      justify-content: center;
      min-width: 40px;
    }
    .waits k-icon {
      color: var(--clay);
    }
    .best li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: var(--s1) var(--s4);
    }
    .name {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .bar {
      height: 6px;
      border-radius: 3px;
      background: var(--sunken);
      overflow: hidden;
    }
    .bar i {
      display: block;
      height: 100%;
      border-radius: 3px;
      background: var(--apricot);
    }
    .best .k-small {
      text-align: end;
    }
    @media (width >= 1100px) {
      .columns:not(.columns--one),
      .plots {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
  `,
})
export class TodayPage {
  protected readonly current = inject(CurrentShop);
  protected readonly seesMoney = computed(() => allowed(this.current.role(), 'figures'));
  protected readonly spans = SPANS;
  protected readonly span = signal<(typeof SPANS)[number]>(14);
  protected readonly go = ChevronRight;
  private readonly language = inject(Languages).current;
  private readonly transloco = inject(TranslocoService);
  private readonly now = signal(new Date());
  private readonly today = computed(() => marketDay(this.now()));
  private readonly shown = computed(() => lastDays(this.today(), this.span()));

  protected readonly days = resource({
    params: () =>
      this.seesMoney()
        ? { shopId: this.current.shopId(), from: this.shown()[0]!, to: this.today() }
        : undefined,
    loader: async ({ params: { shopId, from, to }, abortSignal }) => {
      const [tills, orders] = await Promise.all([
        tillDays(shopId, from, to, abortSignal),
        orderDays(shopId, from, to, abortSignal),
      ]);
      return { tills, orders };
    },
  });
  protected readonly best = resource({
    params: () => (this.seesMoney() ? { shopId: this.current.shopId(), day: this.today() } : undefined),
    loader: ({ params, abortSignal }) => topGoods(params.shopId, params.day, abortSignal),
  });
  protected readonly waiting = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) => whatWaits(params, abortSignal),
  });

  protected readonly todayText = computed(() => {
    this.language();
    return dayText(this.now());
  });
  protected readonly figures = computed(() => {
    if (!this.days.hasValue()) return null;
    const { tills, orders } = this.days.value();
    const till = tills.find((d) => d.day === this.today());
    const online = orders.find((d) => d.day === this.today());
    return {
      counter: till?.revenue.display ?? formatMoney(0),
      receipts: till?.sales.count ?? 0,
      average: till?.average_receipt?.display ?? null,
      items: till?.items_sold ?? 0,
      returned: till?.refunds.total.display ?? formatMoney(0),
      returns: till?.refunds.count ?? 0,
      online: online?.revenue.display ?? formatMoney(0),
      orders: online?.placed ?? 0,
      paid: online?.paid ?? 0,
    };
  });
  protected readonly goods = computed(() => {
    const found = this.best.hasValue() ? this.best.value() : [];
    const most = Math.max(1, ...found.map((one) => one.amount.amount));
    return found.map((one) => ({ ...one, share: Math.max(0, (one.amount.amount / most) * 100) }));
  });
  protected readonly labels = computed(() => this.shown().map((day) => `${day.slice(8)}.${day.slice(5, 7)}`));
  protected readonly sales = computed<Series[]>(() => {
    if (!this.days.hasValue()) return [];
    const { tills, orders } = this.days.value();
    return [
      {
        name: this.word('today.counter'),
        color: '--juniper',
        stack: 'sales',
        values: byDay(this.shown(), tills).map((d) => (d?.revenue.amount ?? 0) / 100),
      },
      {
        name: this.word('today.online'),
        color: '--apricot',
        stack: 'sales',
        values: byDay(this.shown(), orders).map((d) => (d?.revenue.amount ?? 0) / 100),
      },
    ];
  });
  protected readonly orders = computed<Series[]>(() => {
    if (!this.days.hasValue()) return [];
    const found = byDay(this.shown(), this.days.value().orders);
    return [
      { name: this.word('today.placed'), color: '--issyk', values: found.map((d) => d?.placed ?? 0) },
      {
        name: this.word('today.cancelled'),
        color: '--line-strong',
        values: found.map((d) => d?.cancelled ?? 0),
      },
    ];
  });
  protected readonly som = (value: number): string => formatMoney(Math.round(value * 100));
  protected readonly short = (value: number): string =>
    Math.abs(value) >= 1000
      ? this.transloco.translate('trade.thousand', {
          n: String(Math.round(value / 100) / 10).replace('.', ','),
        })
      : String(value);

  constructor() {
    liveRefresh(
      () => {
        const id = this.current.shopId();
        return [`shop:${id}`, `shop-orders:${id}`, `shop-requests:${id}`];
      },
      () => this.refresh(),
      // The sums of the day follow the receipts within seconds.
      2500,
    );
  }

  private refresh(): void {
    this.now.set(new Date());
    this.waiting.reload();
    this.days.reload();
    this.best.reload();
  }

  private word(key: string): string {
    this.language();
    return this.transloco.translate(`trade.${key}`);
  }
}
