import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { AgoPipe, DateTimePipe } from '@kerben/core';
import { TONES } from './order-states';
import type { ListedOrder } from './trade-api';

/** An order in a list. */
@Component({
  selector: 'b-order-row',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, DateTimePipe, RouterLink, TranslocoDirective],
  template: `
    <a [routerLink]="['/orders', order().id]" *transloco="let t">
      <span class="number k-strong k-num">{{ order().number }}</span>
      <span class="state">
        @if (order().needs_attention) {
          <span class="k-badge k-badge--bad">{{ t('trade.orders.needs_you') }}</span>
        }
        <span class="k-badge" [class]="tone()">{{ t('order_status.' + order().status) }}</span>
      </span>
      <span class="what">
        <span class="goods">{{ goods() }}</span>
        <span class="k-soft k-small">
          {{ order().contact.name }} · {{ t('delivery_method.' + order().delivery.method) }} ·
          {{ t('payment_method.' + order().payment_method) }}
        </span>
      </span>
      <span class="sum">
        <span class="k-money k-strong">{{ order().total.display }}</span>
        <time
          class="k-soft k-small"
          [attr.datetime]="order().created_at"
          [title]="order().created_at | dateTime"
          >{{ order().created_at | ago }}</time
        >
      </span>
    </a>
  `,
  styles: `
    a {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      grid-template-areas: 'number sum' 'what what' 'state state';
      gap: var(--s1) var(--s4);
      padding: var(--s3) var(--s4);
      color: inherit;
      text-decoration: none;
    }
    a:hover {
      background: var(--sunken);
    }
    .number {
      grid-area: number;
    }
    .state {
      grid-area: state;
      display: flex;
      flex-wrap: wrap;
      gap: var(--s1);
    }
    .what {
      grid-area: what;
      display: grid;
      min-width: 0;
    }
    .goods {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .sum {
      grid-area: sum;
      display: grid;
      justify-items: end;
    }
    @media (width >= 900px) {
      a {
        grid-template-columns: 92px minmax(0, 1fr) minmax(150px, auto) 116px;
        grid-template-areas: 'number what state sum';
        align-items: center;
      }
      .state {
        justify-content: flex-end;
      }
    }
  `,
})
export class OrderRow {
  readonly order = input.required<ListedOrder>();
  protected readonly tone = computed(() => {
    const tone = TONES[this.order().status];
    return tone ? `k-badge k-badge--${tone}` : 'k-badge';
  });
  protected readonly goods = computed(() =>
    this.order()
      .items.map((line) =>
        line.qty === 1 ? line.name : `${line.name} × ${String(line.qty).replace('.', ',')}`,
      )
      .join(', '),
  );
}
