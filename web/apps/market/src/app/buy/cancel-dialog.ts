import { ChangeDetectionStrategy, Component, inject, input, model, output, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Dialog, Toasts } from '@kerben/design';
import { type Order, cancelOrder } from './data';

const REASONS = ['changed_mind', 'mistake', 'too_long', 'elsewhere', 'other'] as const;
type Reason = (typeof REASONS)[number];

/** Asks why and whether to cancel an order, and does it. */
@Component({
  selector: 'k-cancel-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, TranslocoDirective],
  template: `
    <k-dialog [(open)]="open" [heading]="t('buy.cancel_title')" *transloco="let t">
      <form class="k-form" (submit)="cancel($event)">
        <p class="k-soft">{{ t(order().paid_at ? 'buy.cancel_paid' : 'buy.cancel_unpaid') }}</p>
        <fieldset [disabled]="busy()">
          <legend class="k-label">{{ t('buy.cancel_why') }}</legend>
          @for (one of reasons; track one) {
            <label class="k-check">
              <input
                type="radio"
                name="reason"
                [value]="one"
                [checked]="one === reason()"
                (change)="reason.set(one)"
              />
              <span>{{ t('buy.reason_' + one) }}</span>
            </label>
          }
        </fieldset>
        @if (reason() === 'other') {
          <label class="k-field">
            <span>{{ t('buy.reason_words') }}</span>
            <textarea
              #words
              class="k-textarea"
              rows="2"
              maxlength="500"
              (input)="own.set(words.value)"
            ></textarea>
          </label>
        }
        <div class="k-row">
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('buy.cancel_order') }}
          </button>
          <button type="button" class="k-btn k-btn--plain" (click)="open.set(false)">
            {{ t('buy.keep_order') }}
          </button>
        </div>
      </form>
    </k-dialog>
  `,
  styles: `
    legend {
      padding: 0;
    }
  `,
})
export class CancelDialog {
  readonly order = input.required<Order>();
  readonly open = model(false);
  /** The order as it stands afterwards. */
  readonly cancelled = output<Order>();
  protected readonly reasons = REASONS;
  protected readonly reason = signal<Reason>('changed_mind');
  protected readonly own = signal('');
  protected readonly busy = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected async cancel(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.busy.set(true);
    const own = this.reason() === 'other' ? this.own().trim() : '';
    try {
      const words = own || this.transloco.translate<string>(`buy.reason_${this.reason()}`);
      this.cancelled.emit(await cancelOrder(this.order().id, words));
      this.open.set(false);
    } catch (error) {
      this.toasts.bad(error);
      this.open.set(false);
    } finally {
      this.busy.set(false);
    }
  }
}
