import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ProblemTexts } from '@kerben/core';
import { Ornament } from './ornament';

/** Nothing here yet: what that means and what to do next (projected). */
@Component({
  selector: 'k-empty',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Ornament],
  template: `
    <k-ornament />
    <h2>{{ heading() }}</h2>
    @if (text()) {
      <p class="k-soft">{{ text() }}</p>
    }
    <ng-content />
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: var(--s3);
      padding: var(--s7) var(--s4);
      text-align: center;
    }
    p {
      max-width: 44ch;
      text-wrap: balance;
    }
  `,
})
export class Empty {
  readonly heading = input.required<string>();
  readonly text = input<string>('');
}

/** Something could not be loaded: why, and a button to try again. */
@Component({
  selector: 'k-failed',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2>{{ t('errors.title') }}</h2>
      <p class="k-soft">{{ text() }}</p>
      <button type="button" class="k-btn" (click)="again.emit()">{{ t('common.retry') }}</button>
    </ng-container>
  `,
  host: { role: 'alert' },
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: var(--s3);
      padding: var(--s6) var(--s4);
      text-align: center;
    }
  `,
})
export class Failed {
  readonly error = input.required<unknown>();
  readonly again = output<void>();
  private readonly texts = inject(ProblemTexts);
  protected readonly text = computed(() => this.texts.of(this.error()));
}

/** Grey shapes while something loads: `rows` of a list, or tiles of goods. */
@Component({
  selector: 'k-loading',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <span class="k-sr" role="status" *transloco="let t">{{ t('common.loading') }}</span>
    <div [class.k-goods]="kind() === 'goods'" [class.rows]="kind() === 'rows'" aria-hidden="true">
      @for (n of shapes(); track n) {
        <div class="shape"></div>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .rows {
      display: grid;
      gap: var(--s2);
    }
    .shape {
      height: 72px;
      border-radius: var(--radius);
      background: var(--sunken);
    }
    .k-goods .shape {
      height: auto;
      aspect-ratio: 0.78;
    }
    @media (prefers-reduced-motion: no-preference) {
      .shape {
        animation: breathe 1.6s ease-in-out infinite alternate;
      }
    }
    @keyframes breathe {
      to {
        opacity: 0.55;
      }
    }
  `,
})
export class Loading {
  readonly kind = input<'rows' | 'goods'>('rows');
  readonly count = input(4);
  protected readonly shapes = computed(() => Array.from({ length: this.count() }, (_, n) => n));
}
