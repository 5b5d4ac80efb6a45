import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  input,
  model,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MoneyPipe, parseMajor } from '@kerben/core';
import { Dialog } from '@kerben/design';
import { quickCash } from '../core/sums';
import type { Payment } from '../core/types';
import { Focus } from './focus';
import { Pad } from './pad';

export interface Paid {
  payment: Payment;
  received: number | null;
}

/** Taking the money: cash with change; for card and QR what to do and a word that it was done. */
@Component({
  selector: 'k-pay-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Focus, MoneyPipe, Pad, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="t((refund() ? 'pos.pay.back_' : 'pos.pay.') + payment())">
        @if (open()) {
          <div class="k-stack">
            <p class="due k-money" [attr.aria-label]="t('pos.total')">{{ total() | money }}</p>
            @if (refund() || payment() !== 'cash') {
              <p class="k-notice">
                {{
                  t((refund() ? 'pos.pay.back_how_' : 'pos.pay.how_') + payment(), { sum: total() | money })
                }}
              </p>
            } @else {
              <k-pad
                [(text)]="text"
                [label]="t('pos.pay.received')"
                [unit]="t('pos.som')"
                [placeholder]="t('pos.pay.exact')"
                [invalid]="short()"
                (enter)="accept()"
              >
                <div
                  class="quick"
                  role="group"
                  [attr.aria-label]="t('pos.pay.notes')"
                  (mousedown)="$event.preventDefault()"
                >
                  @for (sum of quick(); track sum) {
                    <button type="button" class="k-chip k-num" (click)="take(sum)">{{ sum | money }}</button>
                  }
                </div>
              </k-pad>
              <p class="k-row k-row--between change" role="status">
                <span>{{ t(short() ? 'pos.pay.missing' : 'pos.pay.change') }}</span>
                <span class="k-money k-strong">{{ (short() ? -change() : change()) | money }}</span>
              </p>
            }
            @if (fault()) {
              <p class="k-notice k-notice--bad" role="alert">{{ fault() }}</p>
            }
            @if (refund() || payment() !== 'cash') {
              <button
                kFocus
                type="button"
                class="k-btn k-btn--primary k-btn--large k-btn--wide"
                [disabled]="busy()"
                (click)="accept()"
              >
                {{ t(refund() ? 'pos.pay.given_back' : 'pos.pay.paid') }}
              </button>
            } @else {
              <button
                type="button"
                class="k-btn k-btn--primary k-btn--large k-btn--wide"
                [disabled]="short() || busy()"
                (click)="accept()"
              >
                {{ t('pos.pay.take') }}
              </button>
            }
          </div>
        }
      </k-dialog>
    </ng-container>
  `,
  styles: `
    .due {
      font-size: 2.5rem;
      font-weight: 650;
      line-height: 1.1;
      text-align: center;
    }
    .quick {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(104px, 1fr));
      gap: var(--s2);
    }
    .quick .k-chip {
      justify-content: center;
      padding: 0 var(--s2);
    }
    /* In one row on a phone, so that the button below stays in sight. */
    @media (width < 760px) {
      .quick {
        display: flex;
        margin-inline: calc(-1 * var(--s2));
        padding: 4px var(--s2);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .quick .k-chip {
        flex: none;
        padding: 0 var(--s4);
      }
    }
    .change {
      font-size: var(--t-large);
    }
  `,
})
export class PayDialog {
  readonly open = model(false);
  readonly payment = input.required<Payment>();
  readonly total = input.required<number>();
  readonly refund = input(false);
  readonly busy = input(false);
  /** Why it could not be written down. */
  readonly fault = input('');
  readonly paid = output<Paid>();

  protected readonly text = signal('');
  protected readonly quick = computed(() => quickCash(this.total()));
  /** Nothing typed means: exactly. */
  private readonly received = computed(() => (this.text() ? parseMajor(this.text()) : this.total()));
  protected readonly change = computed(() => (this.received() ?? 0) - this.total());
  protected readonly short = computed(
    () => this.payment() === 'cash' && !this.refund() && (this.received() === null || this.change() < 0),
  );

  constructor() {
    effect(() => {
      if (this.open()) this.text.set('');
    });
  }

  protected take(sum: number): void {
    this.text.set(String(sum / 100).replace('.', ','));
    this.accept();
  }

  protected accept(): void {
    if (this.short() || this.busy()) return;
    const cash = this.payment() === 'cash' && !this.refund();
    this.paid.emit({ payment: this.payment(), received: cash ? this.received() : null });
  }
}
