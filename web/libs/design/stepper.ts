import { ChangeDetectionStrategy, Component, computed, input, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Minus, Plus } from 'lucide';
import { Icon } from './icons';

/** How many: minus, the number, plus. Weighed goods go by `step` 0.1. */
@Component({
  selector: 'k-stepper',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="stepper" role="group" [attr.aria-label]="label()" *transloco="let t">
      <button
        type="button"
        class="k-icon-btn"
        [attr.aria-label]="t('common.less')"
        [disabled]="value() <= min()"
        (click)="by(-step())"
      >
        <k-icon [of]="minus" [size]="18" />
      </button>
      <output class="k-num" aria-live="polite">{{ shown() }}</output>
      <button
        type="button"
        class="k-icon-btn"
        [attr.aria-label]="t('common.plus')"
        [disabled]="value() >= max()"
        (click)="by(step())"
      >
        <k-icon [of]="plus" [size]="18" />
      </button>
    </div>
  `,
  styles: `
    .stepper {
      display: inline-flex;
      align-items: center;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius);
      background: var(--card);
    }
    output {
      min-width: 2.5ch;
      text-align: center;
      font-weight: 550;
    }
    button[disabled] {
      color: var(--line-strong);
      cursor: default;
    }
  `,
})
export class Stepper {
  readonly value = model.required<number>();
  readonly min = input(1);
  readonly max = input(9999);
  readonly step = input(1);
  readonly label = input.required<string>();
  protected readonly minus = Minus;
  protected readonly plus = Plus;
  protected readonly shown = computed(() => String(this.value()).replace('.', ','));

  protected by(step: number): void {
    const next = Math.round((this.value() + step) * 1000) / 1000;
    this.value.set(Math.min(this.max(), Math.max(this.min(), next)));
  }
}
