import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { type Schemas } from '@kerben/api';
import { DateTimePipe } from '@kerben/core';
import { ask } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { MerchantName } from '../ui/merchant-name';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips, ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

type Payout = Schemas['payouts_controllers_PayoutView'];

const BADGE: Record<string, string> = { created: 'plain', sent: 'info', paid: 'good', failed: 'bad' };
const KNOWN_FAILURES = ['account_closed', 'refused'];

/** What is paid out to sellers. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, ConsolePage, DateTimePipe, Listed, MerchantName, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.payouts')" [text]="t('console.payouts.text')" *transloco="let t">
      <c-chips
        [label]="t('console.payouts.by_status')"
        name="status"
        [value]="status()"
        [options]="statuses()"
      />
      <c-listed [list]="list" [none]="t('console.payouts.none')" [noneText]="t('console.payouts.none_text')">
        <ul class="rows" role="list">
          @for (payout of list.shown(); track payout.id) {
            <li>
              <div>
                <p class="main"><c-merchant [id]="payout.merchant_id" /></p>
                <p class="k-soft">
                  @if (payout.bank_name) {
                    {{ payout.bank_name }}{{ payout.account ? ', ' + payout.account : '' }}
                  } @else {
                    {{ t('console.payouts.no_account') }}
                  }
                </p>
              </div>
              <p>
                <span class="k-badge k-badge--{{ badge[payout.status] }}">{{
                  t('console.payouts.' + payout.status)
                }}</span>
                @if (payout.failure) {
                  <span class="why">{{ failure(payout.failure) }}</span>
                }
                @if (payout.retry_at) {
                  <span class="k-soft under">{{
                    t('console.payouts.retry_at', { at: (payout.retry_at | dateTime) })
                  }}</span>
                }
              </p>
              <p class="k-soft when">
                {{ payout.paid_at || payout.sent_at || payout.created_at | dateTime }}
              </p>
              <div class="acts">
                @if (payout.status === 'failed' && payout.retry_at === null) {
                  <span class="k-soft">{{ t('console.payouts.retried') }}</span>
                } @else if (payout.status === 'failed') {
                  <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="retry(payout)">
                    {{ t('console.payouts.retry') }}
                  </button>
                }
              </div>
              <p class="sum">{{ payout.amount.display }}</p>
            </li>
          }
        </ul>
      </c-listed>
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(200px, 2fr) minmax(180px, 1.4fr) 150px 120px 130px;
      }
      .why {
        display: block;
        color: var(--felt);
      }
    `,
  ],
})
export class PayoutsPage {
  readonly status = input<string>();
  protected readonly badge = BADGE;
  protected readonly doing = acting();
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);
  protected readonly statuses = choices(['', 'created', 'sent', 'paid', 'failed'], (value) =>
    value ? `console.payouts.${value}` : 'common.all',
  );
  protected readonly list = listOf<Payout>('/admin/payouts', () => ({ status: this.status() }));

  protected failure(code: string): string {
    return this.transloco.translate(
      KNOWN_FAILURES.includes(code) ? `console.payouts.failure_${code}` : 'console.payouts.failure_other',
    );
  }

  protected async retry(payout: Payout): Promise<void> {
    const say = (key: string): string =>
      this.transloco.translate(`console.payouts.${key}`, { sum: payout.amount.display });
    const question = { heading: say('retry_ask'), text: say('retry_text'), yes: say('retry') };
    if ((await this.confirm.ask(question)) === null) return;
    const work = async (): Promise<void> => {
      await ask('POST', '/admin/payouts/{payout_id}/retry', { path: { payout_id: payout.id } });
      // The money went into a new payout; nothing is due for this one any more.
      this.list.change((row) => row.id === payout.id, { ...payout, retry_at: null });
    };
    await this.doing.run(payout.id, work, 'console.payouts.retry_done');
  }
}
