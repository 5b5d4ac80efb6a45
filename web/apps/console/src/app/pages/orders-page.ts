import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe, PhonePipe } from '@kerben/core';
import type { MarketOrder } from '../data/admin';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips, ConsolePage, SearchField } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { besides } from '../ui/words';

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
  imports: [Chips, ConsolePage, DateTimePipe, Listed, PhonePipe, RouterLink, SearchField, TranslocoDirective],
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
      <c-listed [list]="list" [none]="t('console.orders.none')" [noneText]="t('console.none_filter')">
        <ul class="rows" role="list">
          @for (order of list.shown(); track order.id) {
            <li>
              <p>
                <a class="main" [routerLink]="['/orders', order.id]">{{ order.number }}</a>
                <span class="k-soft under">{{ order.created_at | dateTime }}</span>
              </p>
              <p>
                {{ order.shop_name }}
                @if (besides(order.shop_name, order.merchant_name); as seller) {
                  <span class="k-soft under">{{ seller }}</span>
                }
              </p>
              <p>
                {{ order.contact_name }}
                <span class="k-soft under k-num">{{ order.contact_phone | phone }}</span>
              </p>
              <p class="wide">
                <span class="k-badge k-badge--{{ badge[order.status] ?? 'info' }}">
                  {{ t('order_status.' + order.status) }}
                </span>
                @if (order.needs_attention) {
                  <span class="trouble under">{{
                    order.attention_cause
                      ? t('console.orders.cause_' + order.attention_cause)
                      : order.needs_attention
                  }}</span>
                }
              </p>
              <p class="sum">
                {{ order.total.display }}
                <span class="k-soft under method">{{ t('payment_method.' + order.payment_method) }}</span>
              </p>
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
        --cols: 150px minmax(150px, 1fr) minmax(150px, 1fr) minmax(170px, 1.2fr) 190px;
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
      @media (width < 720px) {
        .tools .k-field {
          width: 100%;
        }
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
  protected readonly besides = besides;
  private readonly router = inject(Router);
  protected readonly attentions = choices(['', 'true'], (value) =>
    value ? 'console.orders.attention_yes' : 'common.all',
  );
  protected readonly list = listOf<MarketOrder>('/admin/orders', () => ({
    q: this.q(),
    status: this.status(),
    attention: this.attention(),
  }));

  protected set(name: string, value: string): void {
    const queryParams = { [name]: value || null };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
