import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe, MoneyPipe } from '@kerben/core';
import { Ornament } from '@kerben/design';
import type { Report } from '../core/figures';
import { Till } from '../core/till';

/** An X or Z report as it is printed. */
@Component({
  selector: 'k-report-paper',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, MoneyPipe, Ornament, TranslocoDirective],
  template: `
    <article class="paper" *transloco="let t">
      <k-ornament />
      @if (till.place(); as place) {
        <p class="shop">{{ place.shop.name }}</p>
        <p class="k-soft k-small">{{ place.name }}</p>
      }
      <h2>
        {{ report().kind === 'Z' ? t('pos.report.z') : t('pos.report.x') }}
        @if (report().z_number) {
          № {{ report().z_number }}
        }
      </h2>
      @if (report().cashier) {
        <p>{{ report().cashier }}</p>
      }
      <p class="k-soft">
        {{ report().opened_at | dateTime }}
        @if (report().closed_at) {
          — {{ report().closed_at | dateTime }}
        }
      </p>
      @if (report().own) {
        <p class="k-soft k-small">{{ t(report().shared ? 'pos.report.own_shared' : 'pos.report.own') }}</p>
      }
      <dl class="block">
        <dt>{{ t('pos.report.receipts') }}</dt>
        <dd class="k-num">{{ report().receipts }}</dd>
        @if (report().first_receipt) {
          <dt class="k-soft">{{ t('pos.report.numbers') }}</dt>
          <dd class="k-soft k-small k-num">
            {{ report().first_receipt }}
            @if (report().last_receipt !== report().first_receipt) {
              — {{ report().last_receipt }}
            }
          </dd>
        }
        @for (row of rows; track row) {
          @if (report()[row].count || row === 'sales') {
            <dt>{{ t('pos.report.' + row) }} · {{ report()[row].count }}</dt>
            <dd class="k-money">{{ report()[row].total | money }}</dd>
          }
        }
        @if (report().discounts) {
          <dt class="k-soft">{{ t('pos.report.discounts') }}</dt>
          <dd class="k-money k-soft">{{ report().discounts | money }}</dd>
        }
      </dl>
      <dl class="block">
        <dt class="sum">{{ t('pos.report.revenue') }}</dt>
        <dd class="sum k-money">{{ report().revenue.total | money }}</dd>
        @for (way of ways; track way) {
          @if (report().revenue[way] || way === 'cash') {
            <dt>{{ t('pos.payment.' + way) }}</dt>
            <dd class="k-money">{{ report().revenue[way] | money }}</dd>
          }
        }
      </dl>
      <dl class="block">
        <dt>{{ t('pos.report.opening') }}</dt>
        <dd class="k-money">{{ report().opening_cash | money }}</dd>
        <dt>{{ t('pos.report.cash_in') }}</dt>
        <dd class="k-money">{{ report().cash_in | money }}</dd>
        <dt>{{ t('pos.report.cash_out') }}</dt>
        <dd class="k-money">{{ report().cash_out | money }}</dd>
        <dt class="k-strong">{{ t('pos.report.expected') }}</dt>
        <dd class="k-money k-strong">{{ report().expected_cash | money }}</dd>
        @if (report().counted_cash !== null) {
          <dt>{{ t('pos.report.counted') }}</dt>
          <dd class="k-money">{{ report().counted_cash | money }}</dd>
          <dt>{{ t('pos.report.difference') }}</dt>
          <dd class="k-money">{{ report().difference | money }}</dd>
        }
      </dl>
      @if (report().late; as late) {
        <p class="k-soft k-small">{{ t('pos.report.late', { n: late.count, sum: late.total | money }) }}</p>
      }
    </article>
  `,
  styleUrl: '../parts/paper.css',
})
export class ReportPaper {
  protected readonly till = inject(Till);
  readonly report = input.required<Report>();
  protected readonly rows = ['sales', 'refunds', 'voids', 'refund_voids'] as const;
  protected readonly ways = ['cash', 'card', 'qr', 'other'] as const;
}
