import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { clock, markOf } from './order-words';

/**
 * «Держим для вас ещё 12:30»: the seconds are for the eyes; a screen reader hears of the time now and then, not
 * every second.
 */
@Component({
  selector: 'k-countdown',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (left() > 0) {
        <p aria-hidden="true">
          {{ t('buy.kept_for') }} <strong class="k-num" [class.soon]="left() < 120">{{ shown() }}</strong>
        </p>
      }
      <p class="k-sr" role="status">
        @if (left() <= 0) {
          {{ t('buy.time_over') }}
        } @else if (mark(); as n) {
          {{ t('buy.kept_minutes', { n }) }}
        }
      </p>
    </ng-container>
  `,
  styles: `
    strong {
      font-size: var(--t-large);
      font-weight: 650;
    }
    .soon {
      color: var(--felt);
    }
  `,
})
export class Countdown {
  readonly until = input.required<string>();
  /** How far this device's clock is behind the server's, in milliseconds. */
  readonly behind = input(0);
  readonly over = output<void>();
  private readonly now = signal(Date.now());
  protected readonly left = computed(() =>
    Math.max(0, (Date.parse(this.until()) - this.now() - this.behind()) / 1000),
  );
  protected readonly shown = computed(() => clock(this.left()));
  protected readonly mark = computed(() => markOf(this.left()));
  private readonly ended = computed(() => this.left() <= 0);

  constructor() {
    const timer = setInterval(() => this.now.set(Date.now()), 1000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    effect(() => {
      if (this.ended()) this.over.emit();
    });
  }
}
