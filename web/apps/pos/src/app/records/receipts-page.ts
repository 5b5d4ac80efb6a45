import { ChangeDetectionStrategy, Component, inject, resource, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe, MoneyPipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Wedge } from '@kerben/features/scanner';
import { Cart } from '../core/cart';
import { Till } from '../core/till';
import { SearchField } from '../parts/search-field';

const PAGE = 30;

/** Receipts of this till, the newest first; search by number, its last digits are enough. */
@Component({
  selector: 'k-receipts-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    DateTimePipe,
    Empty,
    Failed,
    Loading,
    MoneyPipe,
    RouterLink,
    SearchField,
    TranslocoDirective,
    Wedge,
  ],
  template: `
    <main id="content" class="k-page k-page--narrow k-stack" (kWedge)="query.set($event)" *transloco="let t">
      <h1>{{ t('pos.receipts.title') }}</h1>
      <k-search-field [(text)]="query" [label]="t('pos.receipts.search')" />
      @if (receipts.hasValue()) {
        @if (receipts.value().length) {
          <ul role="list" class="k-list">
            @for (receipt of receipts.value(); track receipt.number) {
              <li>
                <a [routerLink]="['/receipts', receipt.number]">
                  <span class="what">
                    <span class="k-strong k-num">№ {{ receipt.number }}</span>
                    <span class="k-soft k-small">
                      {{ receipt.at | dateTime }}
                      @if (receipt.payment) {
                        · {{ t('pos.payment.' + receipt.payment) }}
                      }
                    </span>
                  </span>
                  <span class="how">
                    <span class="k-money k-strong">
                      {{ (receipt.type === 'sale' ? receipt.total : -receipt.total) | money }}
                    </span>
                    @if (receipt.type !== 'sale') {
                      <span class="k-badge">{{ t('pos.receipt.' + receipt.type) }}</span>
                    }
                    @if (receipt.delivery === 'waiting') {
                      <span class="k-badge k-badge--warn">{{ t('pos.delivery.waiting') }}</span>
                    } @else if (receipt.delivery === 'kept_apart') {
                      <span class="k-badge k-badge--bad">{{ t('pos.delivery.kept_apart') }}</span>
                    }
                  </span>
                </a>
              </li>
            }
          </ul>
          @if (!query() && receipts.value().length >= limit()) {
            <button type="button" class="k-btn" (click)="limit.set(limit() + 30)">
              {{ t('common.more') }}
            </button>
          }
        } @else if (query()) {
          <k-empty [heading]="t('pos.receipts.not_here')" [text]="t('pos.receipts.not_here_text')">
            <button type="button" class="k-btn" (click)="refundOther()">
              {{ t('pos.receipts.refund_other') }}
            </button>
          </k-empty>
        } @else {
          <k-empty [heading]="t('pos.receipts.none')" [text]="t('pos.receipts.none_text')">
            <a class="k-btn" routerLink="/">{{ t('shell.sell') }}</a>
          </k-empty>
        }
      } @else if (receipts.error()) {
        <k-failed [error]="receipts.error()" (again)="receipts.reload()" />
      } @else {
        <k-loading />
      }
    </main>
  `,
  styles: `
    li {
      padding: 0;
    }
    a:not(.k-btn) {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s3);
      min-height: 72px;
      padding: var(--s2) var(--s4);
      color: inherit;
      text-decoration: none;
    }
    .what,
    .how {
      display: grid;
      gap: 2px;
    }
    .how {
      justify-items: end;
    }
  `,
})
export class ReceiptsPage {
  private readonly till = inject(Till);
  private readonly cart = inject(Cart);
  private readonly router = inject(Router);
  protected readonly query = signal('');
  protected readonly limit = signal(PAGE);
  protected readonly receipts = resource({
    params: () => ({
      query: this.query().trim(),
      limit: this.limit(),
      waiting: this.till.waiting(),
      apart: this.till.apart().length,
    }),
    loader: ({ params }) =>
      params.query
        ? this.till.store.findReceipts(params.query, PAGE)
        : this.till.store.receipts(params.limit),
  });

  /** A receipt of another till, or one forgotten here: the server knows it. */
  protected refundOther(): void {
    this.cart.beginRefund(this.query().trim().toUpperCase());
    void this.router.navigate(['/']);
  }
}
