import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Paged } from '../goods/paged';
import { type Payout, listPayouts } from './money-api';

const TONES: Record<Payout['status'], string> = {
  created: 'k-badge',
  sent: 'k-badge k-badge--info',
  paid: 'k-badge k-badge--good',
  failed: 'k-badge k-badge--bad',
};

/** What was sent to the seller's bank account, newest first. */
@Component({
  selector: 'b-money-payouts',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Empty, Failed, Loading, TranslocoDirective],
  template: `
    <section class="k-stack" aria-labelledby="payouts" *transloco="let t">
      <h2 id="payouts">{{ t('trade.money.payouts') }}</h2>
      @if (list.items(); as items) {
        @if (items.length) {
          <ul class="k-list" role="list" [attr.aria-busy]="list.busy()">
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
                    · •• {{ one.account.slice(-4) }}
                  }
                </span>
                @if (one.status === 'failed') {
                  <span class="k-small">{{ t('trade.payout.failed_text') }}</span>
                }
              </li>
            }
          </ul>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('trade.money.no_payouts')" [text]="t('trade.money.no_payouts_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading />
      }
    </section>
  `,
  styles: `
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
  `,
})
export class MoneyPayouts {
  readonly merchantId = input.required<string>();
  /** Counts up when there may be something new. */
  readonly news = input(0);
  protected readonly tones = TONES;
  protected readonly list = new Paged<Payout>();
  private shown = '';

  constructor() {
    effect(() => {
      const merchantId = this.merchantId();
      this.news();
      const same = merchantId === this.shown;
      this.shown = merchantId;
      untracked(() => this.list.start((cursor, signal) => listPayouts(merchantId, cursor, signal), same));
    });
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }
}
