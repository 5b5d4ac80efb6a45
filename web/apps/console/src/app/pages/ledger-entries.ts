import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe } from '@kerben/core';
import type { LedgerAccount, LedgerEntry } from '../data/admin';
import { Listed } from '../ui/listed';
import { listOf } from '../ui/paged';
import { ROWS } from '../ui/rows.css';

const ACCOUNTS = [
  'acquirer_receivable',
  'bank',
  'merchant_payable',
  'payout_transit',
  'refunds_payable',
  'platform_revenue',
  'acquiring_fees',
];
const KINDS = [
  'payment_captured',
  'commission_captured',
  'acquiring_fee_captured',
  'payment_refunded',
  'commission_refunded',
  'acquiring_fee_refunded',
  'payment_not_kept',
  'payment_refund_due',
  'refund_borne',
  'payout_created',
  'payout_sent',
  'payout_paid',
  'payout_failed',
];

/** What is booked in the ledger, newest first: of all accounts or of one. */
@Component({
  selector: 'c-ledger-entries',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Listed, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <label class="k-field">
        <span>{{ t('console.money.account') }}</span>
        <select #chosen class="k-select" (change)="pick(chosen.value)">
          <option value="" [selected]="!account()">{{ t('common.all') }}</option>
          @for (kind of accounts; track kind) {
            <option [value]="kind" [selected]="kind === account()">{{ t('console.account.' + kind) }}</option>
          }
        </select>
      </label>
      <c-listed
        [list]="list"
        [none]="t('console.money.no_entries')"
        [noneText]="t('console.money.no_entries_text')"
      >
        <ul class="rows" role="list">
          @for (entry of list.shown(); track entry.transfer_id + (entry.debit ? 'd' : 'c')) {
            <li>
              <p class="k-soft k-num">{{ entry.at | dateTime }}</p>
              <p class="main wide">{{ t('console.entry.' + kindOf(entry)) }}</p>
              <p class="wide">
                {{ t('console.account.' + kindOfAccount(entry.account))
                }}{{ entry.account.merchant_name ? ' · ' + entry.account.merchant_name : '' }}
                <span class="k-soft under">
                  {{
                    t('console.money.against', {
                      account: t('console.account.' + kindOfAccount(entry.other)),
                    })
                  }}
                </span>
              </p>
              <p class="sum">
                {{ entry.debit?.display ?? entry.credit?.display }}
                <span class="k-soft under side">{{
                  t(entry.debit ? 'console.money.debit' : 'console.money.credit')
                }}</span>
              </p>
            </li>
          }
        </ul>
      </c-listed>
    </ng-container>
  `,
  styles: [
    ROWS,
    `
      :host {
        display: grid;
        gap: var(--s4);
        --cols: 140px minmax(180px, 1fr) minmax(220px, 1.6fr) 170px;
      }
      .k-field {
        max-width: 360px;
      }
      .side {
        font-size: var(--t-small);
        font-weight: 400;
      }
    `,
  ],
})
export class LedgerEntries {
  readonly account = input<string>();
  protected readonly accounts = ACCOUNTS;
  private readonly router = inject(Router);
  protected readonly list = listOf<LedgerEntry>('/admin/ledger/entries', () => ({ account: this.account() }));

  protected kindOf(entry: LedgerEntry): string {
    return KINDS.includes(entry.kind) ? entry.kind : 'other';
  }

  protected kindOfAccount(account: LedgerAccount): string {
    return ACCOUNTS.includes(account.kind) ? account.kind : 'other';
  }

  protected pick(account: string): void {
    void this.router.navigate([], {
      queryParams: { account: account || null },
      queryParamsHandling: 'merge',
    });
  }
}
