import { ChangeDetectionStrategy, Component, computed, input, linkedSignal, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { type Days, SPANS, type Span, faultOf } from './money-period';

/** Choice of the days of a statement: usual ones by one press, any others by two dates. */
@Component({
  selector: 'b-money-span',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <div class="k-stack" *transloco="let t">
      <div class="k-chips" role="group" [attr.aria-label]="t('money.span')">
        @for (one of spans; track one) {
          <button
            type="button"
            class="k-chip"
            [attr.aria-pressed]="span() === one"
            (click)="chosen.emit({ span: one, days: days() })"
          >
            {{ t('money.span_' + one) }}
          </button>
        }
      </div>
      @if (span() === 'own') {
        <form class="own" (submit)="show($event)">
          <label class="k-field">
            <span>{{ t('money.from') }}</span>
            <input
              class="k-input"
              type="date"
              min="2000-01-01"
              [max]="today()"
              [value]="from()"
              [attr.aria-invalid]="!!fault()"
              aria-describedby="own-days"
              (input)="from.set($any($event.target).value)"
            />
          </label>
          <label class="k-field">
            <span>{{ t('money.to') }}</span>
            <input
              class="k-input"
              type="date"
              min="2000-01-01"
              [max]="today()"
              [value]="to()"
              [attr.aria-invalid]="!!fault()"
              aria-describedby="own-days"
              (input)="to.set($any($event.target).value)"
            />
          </label>
          <button type="submit" class="k-btn" [disabled]="!!fault()">{{ t('money.show') }}</button>
          <p id="own-days" class="k-error" role="status">{{ fault() ? t('money.fault_' + fault()) : '' }}</p>
        </form>
      }
    </div>
  `,
  styles: `
    .own {
      display: grid;
      grid-template-columns: minmax(0, 180px) minmax(0, 180px) auto;
      align-items: end;
      justify-content: start;
      gap: var(--s2) var(--s3);
    }
    .own p {
      grid-column: 1 / -1;
    }
    .own p:empty {
      display: none;
    }
    @media (width < 600px) {
      .own {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
      .own .k-btn {
        grid-column: 1 / -1;
      }
      .own p {
        order: -1;
      }
    }
  `,
})
export class MoneySpan {
  readonly span = input.required<Span>();
  /** The days that are shown now. */
  readonly days = input.required<Days>();
  readonly today = input.required<string>();
  readonly chosen = output<{ span: Span; days: Days }>();
  protected readonly spans = SPANS;
  protected readonly from = linkedSignal(() => this.days().from);
  protected readonly to = linkedSignal(() => this.days().to);
  protected readonly fault = computed(() => faultOf({ from: this.from(), to: this.to() }, this.today()));

  protected show(event: Event): void {
    event.preventDefault();
    if (this.fault()) return;
    this.chosen.emit({ span: 'own', days: { from: this.from(), to: this.to() } });
  }
}
