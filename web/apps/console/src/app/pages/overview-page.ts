import { ChangeDetectionStrategy, Component, computed, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Failed, Icon, Loading } from '@kerben/design';
import { ChevronRight } from 'lucide';
import type { Summary } from '../data/admin';
import { ask } from '../data/ask';
import { ConsolePage } from '../ui/parts';

interface Matter {
  text: string;
  count: number;
  link: string;
  query: Record<string, string>;
}

/** What wants attention now, and the day so far; every number leads to its list. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, Failed, Icon, Loading, MoneyPipe, RouterLink, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.overview')" *transloco="let t">
      @if (summary.hasValue()) {
        @let now = summary.value();
        <div class="day">
          <a class="k-card" routerLink="/orders">
            <span class="k-soft">{{ t('console.overview.orders_today') }}</span>
            <strong>{{ now.orders_today }}</strong>
          </a>
          <a class="k-card" routerLink="/money" [queryParams]="{ view: 'entries' }">
            <span class="k-soft">{{ t('console.overview.revenue_today') }}</span>
            <strong>{{ now.revenue_today.display }}</strong>
          </a>
          <a class="k-card" routerLink="/money">
            <span class="k-soft">{{ t('console.overview.ledger') }}</span>
            @if (now.ledger_difference === 0) {
              <strong class="good">{{ t('console.money.balanced') }}</strong>
            } @else {
              <strong class="bad">{{ now.ledger_difference | money }}</strong>
            }
          </a>
        </div>
        <section class="k-stack" aria-labelledby="wants">
          <h2 id="wants">{{ t('console.overview.wants') }}</h2>
          @if (open().length) {
            <nav class="k-list" aria-labelledby="wants">
              @for (matter of open(); track matter.text) {
                <a [routerLink]="matter.link" [queryParams]="matter.query">
                  <strong>{{ matter.count }}</strong>
                  <span class="k-grow">{{ t('console.overview.' + matter.text, { n: matter.count }) }}</span>
                  <k-icon [of]="chevron" [size]="18" />
                </a>
              }
            </nav>
          } @else {
            <p class="k-notice k-notice--good">{{ t('console.overview.nothing') }}</p>
          }
        </section>
        @if (calm().length && open().length) {
          <p class="k-soft">
            {{ t('console.overview.calm') }}
            @for (matter of calm(); track matter.text) {
              <a [routerLink]="matter.link" [queryParams]="matter.query">{{
                t('console.overview.calm_' + matter.text)
              }}</a>{{ $last ? '.' : ', ' }}
            }
          </p>
        }
      } @else if (summary.error()) {
        <k-failed [error]="summary.error()" (again)="summary.reload()" />
      } @else {
        <k-loading />
      }
    </c-page>
  `,
  styles: `
    .day {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr));
      gap: var(--s3);
    }
    .day a {
      display: grid;
      gap: var(--s1);
    }
    .day a:hover {
      background: var(--sunken);
    }
    .day strong {
      font-size: var(--t-title);
      font-variant-numeric: tabular-nums;
      line-height: 1.2;
    }
    .good {
      color: var(--juniper);
    }
    .bad {
      color: var(--felt);
    }
    nav a {
      display: flex;
      align-items: center;
      gap: var(--s4);
      min-height: 60px;
      color: var(--ink);
      text-decoration: none;
    }
    nav a:hover {
      background: var(--sunken);
    }
    nav a:focus-visible {
      outline-offset: -3px;
    }
    nav strong {
      min-width: 2.5ch;
      color: var(--felt);
      font-size: var(--t-large);
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
    nav k-icon {
      color: var(--clay);
    }
  `,
})
export class OverviewPage {
  protected readonly chevron = ChevronRight;
  protected readonly summary = resource({
    loader: ({ abortSignal }) => ask<Summary>('GET', '/admin/summary', { signal: abortSignal }),
  });
  private readonly matters = computed<Matter[]>(() => {
    if (!this.summary.hasValue()) return [];
    const now = this.summary.value();
    const matter = (
      text: string,
      count: number,
      link: string,
      query: Record<string, string> = {},
    ): Matter => ({
      text,
      count,
      link,
      query,
    });
    return [
      matter('payment_problems', now.payment_problems_open, '/money', { view: 'problems' }),
      matter('refunds', now.refunds_claimed, '/money', { view: 'refunds' }),
      matter('orders', now.orders_need_attention, '/orders', { attention: 'true' }),
      matter('payouts_failed', now.payouts_failed, '/payouts', { status: 'failed' }),
      matter('dead_letters', now.dead_letters, '/failures'),
      matter('failed_jobs', now.failed_jobs, '/failures'),
      matter('unverified', now.merchants_unverified, '/merchants', { verified: 'false' }),
      matter('payouts_pending', now.payouts_pending_activation, '/merchants', { payout_status: 'pending' }),
      matter('tills', now.tills_silent, '/tills', { status: 'silent' }),
    ];
  });
  protected readonly open = computed(() => this.matters().filter((m) => m.count > 0));
  protected readonly calm = computed(() => this.matters().filter((m) => m.count === 0));
}
