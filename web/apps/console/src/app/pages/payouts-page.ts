import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { ask } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { MerchantName } from '../ui/merchant-name';
import { paged } from '../ui/paged';
import { Chips, ConsolePage, More } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

type Payout = Schemas['payouts_controllers_PayoutView'];

const BADGE: Record<string, string> = { created: 'plain', sent: 'info', paid: 'good', failed: 'bad' };
const KNOWN_FAILURES = ['account_closed', 'refused'];

/** What is paid out to sellers. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, ConsolePage, DateTimePipe, Empty, Failed, Loading, MerchantName, More, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.payouts')" [text]="t('console.payouts.text')" *transloco="let t">
      <c-chips
        [label]="t('console.payouts.by_status')"
        name="status"
        [value]="status()"
        [options]="statuses()"
      />
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as payouts) {
        @if (payouts.length) {
          <ul class="rows" role="list">
            @for (payout of payouts; track payout.id) {
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
                </p>
                <p class="k-soft">{{ payout.paid_at || payout.sent_at || payout.created_at | dateTime }}</p>
                <p class="sum">{{ payout.amount.display }}</p>
                <div class="acts">
                  @if (payout.status === 'failed') {
                    <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="retry(payout)">
                      {{ t('console.payouts.retry') }}
                    </button>
                  }
                </div>
              </li>
            }
          </ul>
          <c-more [list]="list" />
        } @else {
          <k-empty [heading]="t('console.payouts.none')" [text]="t('console.payouts.none_text')" />
        }
      } @else {
        <k-loading [count]="8" />
      }
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(200px, 2fr) minmax(180px, 1.4fr) 150px 130px 130px;
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
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly statuses = computed(() => {
    this.language();
    return ['', 'created', 'sent', 'paid', 'failed'].map((value) => ({
      value,
      label: this.transloco.translate<string>(value ? `console.payouts.${value}` : 'common.all'),
    }));
  });
  protected readonly list = paged(
    () => ({ status: this.status() }),
    ({ status }, cursor, signal) =>
      call(
        api.GET('/api/v1/admin/payouts', {
          params: {
            query: { status: (status as Payout['status']) ?? null, cursor: cursor ?? null, limit: 50 },
          },
          signal: signal ?? null,
        }),
      ),
  );

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
      this.list.reload();
    };
    await this.doing.run(payout.id, work, 'console.payouts.retry_done');
  }
}
