import { ChangeDetectionStrategy, Component, input, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { MoneyPipe } from '@kerben/core';
import { Failed, Loading } from '@kerben/design';
import { choices } from '../ui/listed';
import { Chips, ConsolePage } from '../ui/parts';
import { LedgerEntries } from './ledger-entries';
import { PaymentProblems } from './payment-problems';
import { RefundClaims } from './refund-claims';

/** The books: whether they balance, what is booked, and payments that a person has to look into. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Chips,
    ConsolePage,
    Failed,
    LedgerEntries,
    Loading,
    MoneyPipe,
    PaymentProblems,
    RefundClaims,
    TranslocoDirective,
  ],
  template: `
    <c-page [heading]="t('shell.money')" *transloco="let t">
      <c-chips [label]="t('console.money.view')" name="view" [value]="view()" [options]="views()" />
      @switch (view()) {
        @case ('problems') {
          <c-payment-problems [resolved]="resolved()" />
        }
        @case ('refunds') {
          <c-refund-claims [refunds]="refunds()" />
        }
        @case ('entries') {
          <c-ledger-entries [account]="account()" />
        }
        @default {
          @if (balance.hasValue()) {
            @for (row of balance.value().currencies; track row.currency) {
              <section class="k-card">
                <p class="verdict">
                  @if (row.difference === 0) {
                    <span class="k-badge k-badge--good">{{ t('console.money.balanced') }}</span>
                  } @else {
                    <span class="k-badge k-badge--bad">{{ t('console.money.apart') }}</span>
                  }
                </p>
                <dl>
                  <div>
                    <dt>{{ t('console.money.debits') }}</dt>
                    <dd>{{ row.debits | money: row.currency }}</dd>
                  </div>
                  <div>
                    <dt>{{ t('console.money.credits') }}</dt>
                    <dd>{{ row.credits | money: row.currency }}</dd>
                  </div>
                  <div [class.bad]="row.difference !== 0">
                    <dt>{{ t('console.money.difference') }}</dt>
                    <dd>{{ row.difference | money: row.currency }}</dd>
                  </div>
                </dl>
                <p class="k-soft">
                  {{ t(row.difference === 0 ? 'console.money.balanced_text' : 'console.money.apart_text') }}
                </p>
              </section>
            } @empty {
              <section class="k-card">
                <p>{{ t('console.money.nothing') }}</p>
              </section>
            }
          } @else if (balance.error()) {
            <k-failed [error]="balance.error()" (again)="balance.reload()" />
          } @else {
            <k-loading [count]="1" />
          }
        }
      }
    </c-page>
  `,
  styles: `
    section {
      display: grid;
      gap: var(--s4);
      max-width: 820px;
    }
    dl {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
      gap: var(--s4);
    }
    dt {
      color: var(--clay);
    }
    dd {
      font-size: var(--t-large);
      font-weight: 650;
      font-variant-numeric: tabular-nums;
    }
    .bad dd {
      color: var(--felt);
    }
  `,
})
export class MoneyPage {
  readonly view = input<string>();
  readonly resolved = input<string>();
  readonly refunds = input<string>();
  readonly account = input<string>();
  protected readonly views = choices(
    ['', 'problems', 'refunds', 'entries'],
    (value) => `console.money.view_${value || 'balance'}`,
  );
  protected readonly balance = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/admin/ledger/trial-balance', { signal: abortSignal })),
  });
}
