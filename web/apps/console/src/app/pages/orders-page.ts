import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { DateTimePipe, PhonePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import type { MarketOrder } from '../data/admin';
import { ask, type PageOf } from '../data/ask';
import { paged } from '../ui/paged';
import { Chips, ConsolePage, More, SearchField } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

const STATUSES = [
  'awaiting_confirmation',
  'awaiting_payment',
  'awaiting_shipment',
  'awaiting_shipment_cod',
  'cooking',
  'ready_for_pickup',
  'pickup_expired',
  'shipped',
  'delivering',
  'delivered',
  'cancelled',
  'returned',
];
const BADGE: Record<string, string> = {
  delivered: 'good',
  cancelled: 'plain',
  returned: 'plain',
  pickup_expired: 'warn',
  awaiting_confirmation: 'warn',
  awaiting_payment: 'warn',
};

/** Orders of all shops. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Chips,
    ConsolePage,
    DateTimePipe,
    Empty,
    Failed,
    Loading,
    More,
    PhonePipe,
    RouterLink,
    SearchField,
    TranslocoDirective,
  ],
  template: `
    <c-page [heading]="t('shell.orders')" *transloco="let t">
      <div class="tools">
        <c-search [label]="t('console.orders.search')" [value]="q()" (searched)="set('q', $event)" />
        <label class="k-field">
          <span>{{ t('console.orders.status') }}</span>
          <select #chosen class="k-select" (change)="set('status', chosen.value)">
            <option value="" [selected]="!status()">{{ t('common.all') }}</option>
            @for (name of statuses; track name) {
              <option [value]="name" [selected]="name === status()">{{ t('order_status.' + name) }}</option>
            }
          </select>
        </label>
        <c-chips
          [label]="t('console.orders.attention')"
          name="attention"
          [value]="attention()"
          [options]="attentions()"
        />
      </div>
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as orders) {
        @if (orders.length) {
          <ul class="rows" role="list">
            @for (order of orders; track order.id) {
              <li>
                <p>
                  <a class="main" [routerLink]="['/orders', order.id]">{{ order.number }}</a>
                  <span class="k-soft under">{{ order.created_at | dateTime }}</span>
                </p>
                <p>
                  {{ order.shop_name }}
                  @if (order.merchant_name && order.merchant_name !== order.shop_name) {
                    <span class="k-soft under">{{ order.merchant_name }}</span>
                  }
                </p>
                <p>
                  {{ order.contact_name }}
                  <span class="k-soft under k-num">{{ order.contact_phone | phone }}</span>
                </p>
                <p>
                  <span class="k-badge k-badge--{{ badge[order.status] ?? 'info' }}">
                    {{ t('order_status.' + order.status) }}
                  </span>
                  @if (order.needs_attention) {
                    <span class="trouble under">{{ order.needs_attention }}</span>
                  }
                </p>
                <p class="sum">
                  {{ order.total.display }}
                  <span class="k-soft under method">{{ t('payment_method.' + order.payment_method) }}</span>
                </p>
              </li>
            }
          </ul>
          <c-more [list]="list" />
        } @else {
          <k-empty [heading]="t('console.orders.none')" [text]="t('console.none_filter')" />
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
        --cols: 150px minmax(150px, 1fr) minmax(150px, 1fr) minmax(170px, 1.2fr) 170px;
      }
      @media (width < 1000px) {
        .rows > li {
          grid-template-columns: 1fr 1fr;
        }
        .rows .sum {
          grid-area: 1 / 2;
          text-align: end;
        }
        .rows p:nth-child(4) {
          grid-column: 1 / -1;
        }
      }
      .method {
        font-size: var(--t-small);
        font-weight: 400;
        white-space: normal;
      }
      .trouble {
        color: var(--felt);
      }
      .k-select {
        min-width: 220px;
      }
    `,
  ],
})
export class OrdersPage {
  readonly q = input<string>();
  readonly status = input<string>();
  readonly attention = input<string>();
  protected readonly statuses = STATUSES;
  protected readonly badge = BADGE;
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly attentions = computed(() => {
    this.language();
    return ['', 'true'].map((value) => ({
      value,
      label: this.transloco.translate<string>(value ? 'console.orders.attention_yes' : 'common.all'),
    }));
  });
  protected readonly list = paged(
    () => ({ q: this.q(), status: this.status(), attention: this.attention() }),
    (filters, cursor, signal) =>
      ask<PageOf<MarketOrder>>('GET', '/admin/orders', {
        query: { ...filters, cursor, limit: 50 },
        ...(signal ? { signal } : {}),
      }),
  );

  protected set(name: string, value: string): void {
    const queryParams = { [name]: value || null };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
