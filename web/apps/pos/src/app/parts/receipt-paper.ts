import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe, MoneyPipe, PhonePipe } from '@kerben/core';
import { Ornament } from '@kerben/design';
import { Till } from '../core/till';
import type { Receipt } from '../core/types';
import { MilliPipe } from './format';

/** A receipt as it is printed: 80 mm wide, black on white on paper. */
@Component({
  selector: 'k-receipt-paper',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, MilliPipe, MoneyPipe, Ornament, PhonePipe, TranslocoDirective],
  template: `
    <article class="paper" *transloco="let t">
      <k-ornament />
      @if (till.place(); as place) {
        <p class="shop">{{ place.shop.name }}</p>
        @if (place.merchant_name !== place.shop.name) {
          <p class="k-soft k-small">{{ place.merchant_name }}</p>
        }
        <p class="k-soft k-small">{{ place.shop.address }}</p>
        @if (place.shop.phone) {
          <p class="k-soft k-small k-num">{{ place.shop.phone | phone }}</p>
        }
      }
      <h2>{{ t('pos.receipt.' + receipt().type) }}</h2>
      <p class="k-num">№ {{ receipt().number }}</p>
      <p class="k-soft">
        {{ receipt().at | dateTime }}
        @if (till.place(); as place) {
          · {{ place.name }}
        }
      </p>
      @if (receipt().original) {
        <p class="k-soft">{{ t('pos.receipt.original', { number: receipt().original }) }}</p>
      }
      <table>
        <caption class="k-sr">
          {{
            t('pos.receipt.goods')
          }}
        </caption>
        <tbody>
          @for (line of receipt().lines; track $index) {
            <tr>
              <td>
                {{ line.name }}
                @if (line.details) {
                  <span class="k-soft">{{ line.details }}</span>
                }
                <br />
                <span class="k-soft k-num">
                  {{ line.qty | milli }} {{ t('common.' + line.unit) }} × {{ line.price | money }}
                  @if (line.discount) {
                    · {{ t('pos.sell.off', { sum: line.discount | money }) }}
                  }
                </span>
              </td>
              <td class="k-money">{{ line.total | money }}</td>
            </tr>
          }
        </tbody>
      </table>
      <dl>
        <dt class="sum">{{ t('pos.total') }}</dt>
        <dd class="sum k-money">{{ receipt().total | money }}</dd>
        @if (receipt().payment; as payment) {
          <dt>{{ t('pos.payment.' + payment) }}</dt>
          <dd class="k-money">{{ receipt().received ?? receipt().total | money }}</dd>
        }
        @if (receipt().received !== null) {
          <dt>{{ t('pos.pay.change') }}</dt>
          <dd class="k-money">{{ receipt().received! - receipt().total | money }}</dd>
        }
      </dl>
      <p class="k-soft thanks">{{ t('pos.receipt.thanks') }}</p>
    </article>
  `,
  styleUrl: './paper.css',
})
export class ReceiptPaper {
  protected readonly till = inject(Till);
  readonly receipt = input.required<Receipt>();
}
