import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  input,
  model,
  output,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Dialog } from '@kerben/design';
import { parseQty, timesMilli } from '../core/sums';
import type { Good } from '../core/types';
import { formatQty } from './format';
import { Pad } from './pad';

/** How many, or how much by weight. */
@Component({
  selector: 'k-qty-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, MoneyPipe, Pad, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="good()?.name ?? ''">
        @if (open() && good(); as good) {
          <div class="k-stack">
            <p class="k-soft">
              @if (count()) {
                {{ t('pos.qty.count_text') }}
              } @else {
                {{ good.price | money }}{{ t(good.unit === 'kg' ? 'pos.per_kg' : 'pos.per_pcs') }}
              }
            </p>
            <k-pad
              [(text)]="text"
              [label]="t(good.unit === 'kg' ? 'pos.qty.weight' : 'common.quantity')"
              [unit]="t(good.unit === 'kg' ? 'common.kg' : 'common.pcs')"
              [decimals]="good.unit === 'kg'"
              [invalid]="!!text() && qty() === null"
              placeholder="0"
              (enter)="accept()"
            />
            <button
              type="button"
              class="k-btn k-btn--primary k-btn--large k-btn--wide"
              [disabled]="qty() === null"
              (click)="accept()"
            >
              {{
                qty() === null
                  ? t('pos.qty.enter')
                  : count()
                    ? t('common.done')
                    : t(start() ? 'pos.qty.change' : 'pos.qty.accept', { sum: sum() | money })
              }}
            </button>
          </div>
        }
      </k-dialog>
    </ng-container>
  `,
})
export class QtyDialog {
  readonly open = model(false);
  readonly good = input.required<Good | null>();
  /** What stands there at first, thousandths; 0 for nothing. */
  readonly start = input(0);
  /** What lies on the shelf is asked, and nothing is an answer too. */
  readonly count = input(false);
  readonly accepted = output<number>();

  protected readonly text = signal('');
  protected readonly qty = computed(() =>
    this.count() && /^0+$/.test(this.text()) ? 0 : parseQty(this.text(), this.good()?.unit ?? 'pcs'),
  );
  protected readonly sum = computed(() => timesMilli(this.good()?.price ?? 0, this.qty() ?? 0));

  constructor() {
    effect(() => {
      if (!this.open()) return;
      const start = untracked(this.start);
      this.text.set(start ? formatQty(start) : '');
    });
  }

  protected accept(): void {
    const qty = this.qty();
    if (qty === null) return;
    this.open.set(false);
    this.accepted.emit(qty);
  }
}
