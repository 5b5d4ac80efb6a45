import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Stepper } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { refundLines, returnable } from '../core/refunds';
import { Till } from '../core/till';
import { PAYMENTS, type Payment } from '../core/types';
import { MilliPipe } from '../parts/format';
import { PayDialog } from '../parts/pay-dialog';

/** Taking goods back by their receipt: all of them, or some lines, or a part of a line. */
@Component({
  selector: 'k-refund-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Empty,
    Failed,
    Icon,
    Loading,
    MilliPipe,
    MoneyPipe,
    PayDialog,
    RouterLink,
    Stepper,
    TranslocoDirective,
  ],
  template: `
    <main id="content" class="k-page k-page--narrow k-stack" *transloco="let t">
      <header class="k-row k-row--nowrap">
        <a class="k-icon-btn" [routerLink]="['/receipts', number()]" [attr.aria-label]="t('common.back')">
          <k-icon [of]="back" />
        </a>
        <h1>{{ t('pos.refund.title', { number: number() }) }}</h1>
      </header>
      @if (found.hasValue()) {
        @if (entries().length) {
          <ul role="list" class="k-list">
            @for (entry of entries(); track $index; let n = $index) {
              <li>
                <span class="what">
                  <span class="k-strong">{{ entry.line.name }}</span>
                  <span class="k-soft k-small">
                    @if (entry.line.details) {
                      {{ entry.line.details }} ·
                    }
                    <span class="k-num">{{
                      t('pos.refund.left', { n: entry.left | milli, unit: t('common.' + entry.line.unit) })
                    }}</span>
                  </span>
                </span>
                @if (entry.line.unit === 'pcs') {
                  <k-stepper
                    [label]="entry.line.name"
                    [value]="wanted()[n]! / 1000"
                    [min]="0"
                    [max]="entry.left / 1000"
                    (valueChange)="set(n, $event * 1000)"
                  />
                } @else {
                  <label class="k-check">
                    <input
                      type="checkbox"
                      [checked]="wanted()[n]! > 0"
                      (change)="set(n, wanted()[n]! > 0 ? 0 : entry.left)"
                    />
                    {{ t('pos.refund.whole') }}
                  </label>
                }
              </li>
            }
          </ul>
          <div class="k-row">
            <button type="button" class="k-btn" (click)="all()">{{ t('pos.refund.all') }}</button>
          </div>
          <fieldset class="k-stack k-stack--tight">
            <legend class="k-label">{{ t('pos.refund.how') }}</legend>
            <div class="k-chips">
              @for (one of payments; track one) {
                <button
                  type="button"
                  class="k-chip"
                  [attr.aria-pressed]="payment() === one"
                  (click)="payment.set(one)"
                >
                  {{ t('pos.payment.' + one) }}
                </button>
              }
            </div>
          </fieldset>
          <button
            type="button"
            class="k-btn k-btn--primary k-btn--large k-btn--wide"
            [disabled]="!lines().length"
            (click)="paying.set(true)"
          >
            {{ lines().length ? t('pos.refund.give', { sum: total() | money }) : t('pos.refund.choose') }}
          </button>
        } @else {
          <k-empty [heading]="t('pos.refund.nothing')" [text]="t('pos.refund.nothing_text')" />
        }
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading />
      }
      <k-pay-dialog
        [(open)]="paying"
        [payment]="payment()"
        [total]="total()"
        [refund]="true"
        [busy]="busy()"
        [fault]="fault()"
        (paid)="give()"
      />
    </main>
  `,
  styles: `
    header .k-icon-btn {
      margin-inline-start: -20px;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--s2) var(--s4);
    }
    .what {
      display: grid;
      flex: 1 1 130px;
      line-height: 1.4;
    }
    legend {
      margin-bottom: var(--s1);
    }
  `,
})
export class RefundPage {
  private readonly till = inject(Till);
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);
  readonly number = input.required<string>();

  protected readonly back = ArrowLeft;
  protected readonly payments = PAYMENTS;
  protected readonly paying = signal(false);
  protected readonly busy = signal(false);
  protected readonly fault = signal('');
  protected readonly found = resource({
    params: () => this.number(),
    loader: async ({ params }) => {
      const receipt = await this.till.store.db.get('receipts', params);
      if (receipt?.type !== 'sale') return { payment: null, entries: [] };
      const entries = returnable(receipt, await this.till.store.naming(params));
      return { payment: receipt.payment, entries: entries.filter((entry) => entry.left > 0) };
    },
  });
  protected readonly entries = computed(() => (this.found.hasValue() ? this.found.value().entries : []));
  /** Thousandths of each line. */
  protected readonly wanted = linkedSignal(() => this.entries().map(() => 0));
  protected readonly payment = linkedSignal<Payment>(
    () => (this.found.hasValue() ? this.found.value().payment : null) ?? 'cash',
  );
  protected readonly lines = computed(() => refundLines(this.entries(), this.wanted()));
  protected readonly total = computed(() => this.lines().reduce((sum, line) => sum + line.total, 0));

  protected set(n: number, qty: number): void {
    this.wanted.update((all) => all.map((one, at) => (at === n ? Math.round(qty) : one)));
  }

  protected all(): void {
    this.wanted.set(this.entries().map((entry) => entry.left));
  }

  protected async give(): Promise<void> {
    if (this.busy() || !this.lines().length) return;
    this.busy.set(true);
    try {
      const receipt = await this.till.ring({
        type: 'refund',
        original: this.number(),
        payment: this.payment(),
        lines: this.lines(),
        total: this.total(),
        received: null,
      });
      await this.router.navigate(['/receipts', receipt.number], { queryParams: { done: 1 } });
    } catch {
      this.fault.set(this.transloco.translate('pos.pay.not_written'));
    } finally {
      this.busy.set(false);
    }
  }
}
