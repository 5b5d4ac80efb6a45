import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { DateTimePipe, PhonePipe } from '@kerben/core';
import { Icon } from '@kerben/design';
import { Phone } from 'lucide';
import type { Order } from './trade-api';

/** For whom an order is, where it goes and how it is paid. */
@Component({
  selector: 'b-order-side',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Icon, PhonePipe, TranslocoDirective],
  template: `
    <div class="k-stack" *transloco="let t">
      <section class="k-card k-stack k-stack--tight" aria-labelledby="buyer">
        <h2 id="buyer">{{ t('trade.order.buyer') }}</h2>
        <p>{{ order().contact.name }}</p>
        <a class="k-btn" [href]="'tel:' + order().contact.phone">
          <k-icon [of]="phone" [size]="18" /> {{ order().contact.phone | phone }}
        </a>
        @if (order().contact.email) {
          <a [href]="'mailto:' + order().contact.email">{{ order().contact.email }}</a>
        }
      </section>
      <section class="k-card k-stack k-stack--tight" aria-labelledby="delivery">
        <h2 id="delivery">{{ t('trade.order.delivery') }}</h2>
        <p class="k-strong">{{ t('delivery_method.' + order().delivery.method) }}</p>
        @if (address()) {
          <p class="words">{{ address() }}</p>
        }
        @if (order().delivery.slot_from) {
          <p>
            {{ order().delivery.slot_from | dateTime }}
            @if (order().delivery.slot_to) {
              – {{ order().delivery.slot_to | dateTime }}
            }
          </p>
        }
        @if (order().delivery.note) {
          <p class="k-soft words">{{ order().delivery.note }}</p>
        }
      </section>
      <section class="k-card k-stack k-stack--tight" aria-labelledby="payment">
        <h2 id="payment">{{ t('trade.order.payment') }}</h2>
        <p class="k-strong">{{ t('payment_method.' + order().payment_method) }}</p>
        @if (order().payment; as payment) {
          <p>{{ t('payment_status.' + payment.status) }}</p>
        }
        @if (order().paid_at) {
          <p class="k-soft k-small">{{ order().paid_at | dateTime }}</p>
        }
        @if (order().refund; as back) {
          <hr class="k-divider" />
          <p class="k-strong">
            {{
              t(
                'trade.order.refund_' +
                  (back.status === 'done' || back.status === 'failed' ? back.status : 'going'),
                { sum: back.amount.display }
              )
            }}
          </p>
          <p class="words">{{ back.reason }}</p>
          @if (back.borne_by) {
            <p class="k-soft k-small">
              {{ t('trade.order.borne', { who: t('trade.bearer.' + back.borne_by) }) }}
            </p>
          }
        }
      </section>
    </div>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    .words {
      overflow-wrap: anywhere;
      white-space: pre-line;
    }
  `,
})
export class OrderSide {
  readonly order = input.required<Order>();
  protected readonly phone = Phone;
  protected readonly address = computed(() => {
    const d = this.order().delivery;
    const parts = [d.index, d.country, d.city, d.street, d.house, d.address, d.branch];
    const flat = d.flat ? this.transloco.translate<string>('trade.order.flat', { n: d.flat }) : '';
    return [...parts, flat].filter(Boolean).join(', ');
  });
  private readonly transloco = inject(TranslocoService);
}
