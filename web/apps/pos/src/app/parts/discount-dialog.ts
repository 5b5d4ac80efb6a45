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
import { MoneyPipe, parseMajor } from '@kerben/core';
import { Dialog } from '@kerben/design';
import { type Discount, discountOf } from '../core/sums';
import { Pad } from './pad';

/** A discount in percent or as a sum, on a line or on the whole receipt. */
@Component({
  selector: 'k-discount-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, MoneyPipe, Pad, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="heading()">
        @if (open()) {
          <div class="k-stack">
            <div
              class="kinds"
              role="group"
              [attr.aria-label]="t('pos.discount.kind')"
              (mousedown)="$event.preventDefault()"
            >
              @for (one of kinds; track one) {
                <button
                  type="button"
                  class="k-chip"
                  [attr.aria-pressed]="kind() === one"
                  (click)="kind.set(one); text.set('')"
                >
                  {{ t('pos.discount.' + one) }}
                </button>
              }
            </div>
            <k-pad
              [(text)]="text"
              [label]="heading()"
              [unit]="kind() === 'percent' ? '%' : t('pos.som')"
              [invalid]="wrong()"
              placeholder="0"
              (enter)="accept()"
            >
              @if (kind() === 'percent') {
                <div class="quick" (mousedown)="$event.preventDefault()">
                  @for (percent of quick; track percent) {
                    <button type="button" class="k-chip" (click)="text.set(percent)">{{ percent }} %</button>
                  }
                </div>
              }
            </k-pad>
            @if (wrong()) {
              <p class="k-error" role="alert">{{ t('pos.discount.wrong_' + kind()) }}</p>
            } @else {
              <p class="k-row k-row--between">
                <span class="k-soft">{{ t('pos.discount.result') }}</span>
                <span class="k-money k-strong">{{ amount() - off() | money }}</span>
              </p>
            }
            <button
              type="button"
              class="k-btn k-btn--primary k-btn--large k-btn--wide"
              [disabled]="wrong()"
              (click)="accept()"
            >
              {{ value() ? t('pos.discount.accept', { sum: off() | money }) : t('pos.discount.none') }}
            </button>
          </div>
        }
      </k-dialog>
    </ng-container>
  `,
  styles: `
    .kinds {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--s2);
    }
    .quick {
      display: grid;
      grid-template-columns: repeat(4, 1fr);
      gap: var(--s2);
    }
    .k-chip {
      justify-content: center;
      padding: 0 var(--s2);
    }
  `,
})
export class DiscountDialog {
  readonly open = model(false);
  readonly heading = input.required<string>();
  /** What it is taken from. */
  readonly amount = input.required<number>();
  readonly start = input<Discount | null>(null);
  readonly accepted = output<Discount | null>();

  protected readonly kinds = ['percent', 'sum'] as const;
  protected readonly quick = ['5', '10', '15', '20'];
  protected readonly kind = signal<'percent' | 'sum'>('percent');
  protected readonly text = signal('');
  /** Hundredths of a percent or tyiyn: both are two decimals. */
  protected readonly value = computed(() => {
    const value = parseMajor(this.text());
    const most = this.kind() === 'percent' ? 10_000 : this.amount();
    return value === null || value > most ? null : value;
  });
  protected readonly wrong = computed(() => !!this.text() && this.value() === null);
  protected readonly off = computed(() =>
    discountOf(this.amount(), { kind: this.kind(), value: this.value() ?? 0 }),
  );

  constructor() {
    effect(() => {
      if (!this.open()) return;
      const start = untracked(this.start);
      this.kind.set(start?.kind ?? 'percent');
      this.text.set(start ? String(start.value / 100).replace('.', ',') : '');
    });
  }

  protected accept(): void {
    const value = this.value();
    if (this.wrong()) return;
    this.open.set(false);
    this.accepted.emit(value ? { kind: this.kind(), value } : null);
  }
}
