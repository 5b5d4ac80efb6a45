import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Schemas } from '@kerben/api';
import { DateTimePipe } from '@kerben/core';
import { acting } from '../ui/acting';
import { bearing } from '../ui/bearing';
import { Evidence } from '../ui/evidence';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

type Refund = Schemas['MarketRefundView'];

/** Refunds that a seller wants the platform to bear, with the decision; and all refunds, to look something up. */
@Component({
  selector: 'c-refund-claims',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, DateTimePipe, Evidence, Listed, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <c-chips [label]="t('console.refunds.which')" name="refunds" [value]="refunds()" [options]="which()" />
      @if (!refunds()) {
        <p class="k-soft">{{ t('console.refunds.text') }}</p>
      }
      <c-listed
        [list]="list"
        [none]="t(refunds() ? 'console.refunds.none' : 'console.refunds.none_waiting')"
        [noneText]="t('console.refunds.none_text')"
        [count]="5"
      >
        <ul class="rows" role="list">
          @for (refund of list.shown(); track refund.id) {
            <li>
              <p>
                @if (refund.order_id) {
                  <a class="main" [routerLink]="['/orders', refund.order_id]">{{ refund.order_number }}</a>
                } @else {
                  <span class="main">{{ t('console.refunds.no_order') }}</span>
                }
                <span class="k-soft under k-num">{{ refund.created_at | dateTime }}</span>
              </p>
              <div class="wide">
                <p>
                  <a
                    routerLink="/audit"
                    [queryParams]="{ entity: 'merchant', entity_id: refund.merchant_id }"
                    >{{ refund.merchant_name ?? t('console.seller') }}</a
                  >
                </p>
                <p>{{ refund.reason }}</p>
                <c-evidence [of]="refund.evidence" />
              </div>
              <p class="sum">
                {{ refund.amount.display }}
                <span class="k-soft under state">{{ t('console.order.refund_' + refund.status) }}</span>
              </p>
              <div class="acts">
                @if (refunds()) {
                  <span class="k-badge" [class.k-badge--info]="refund.borne_by === 'platform'">
                    {{ t('console.refunds.by_' + refund.borne_by) }}
                  </span>
                } @else {
                  <button
                    type="button"
                    class="k-btn"
                    [disabled]="doing.busy()"
                    (click)="bear(refund, 'platform')"
                  >
                    {{ t('console.bearing.platform') }}
                  </button>
                  <button
                    type="button"
                    class="k-btn"
                    [disabled]="doing.busy()"
                    (click)="bear(refund, 'seller')"
                  >
                    {{ t('console.bearing.seller') }}
                  </button>
                }
              </div>
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
        --cols: 130px minmax(200px, 1fr) 130px 320px;
      }
      :host > .k-soft {
        max-width: 80ch;
        text-wrap: pretty;
      }
      .state {
        font-size: var(--t-small);
        font-weight: 400;
      }
    `,
  ],
})
export class RefundClaims {
  /** `all`: those too that nobody disputes. */
  readonly refunds = input<string>();
  protected readonly doing = acting();
  protected readonly which = choices(['', 'all'], (value) => `console.refunds.${value || 'waiting'}`);
  protected readonly list = listOf<Refund>('/admin/refunds', () => ({
    awaiting_bearer: this.refunds() !== 'all',
  }));
  protected readonly bear = bearing(this.doing, (id) => this.list.remove((row) => row.id === id));
}
