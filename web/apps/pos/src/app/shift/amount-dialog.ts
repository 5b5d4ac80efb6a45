import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  effect,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { parseMajor } from '@kerben/core';
import { Dialog } from '@kerben/design';
import { Pad } from '../parts/pad';

/** An amount of cash, with a few words where they are asked for. */
@Component({
  selector: 'k-amount-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Pad, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="heading()">
        @if (open()) {
          <div class="k-stack">
            @if (text()) {
              <p class="k-soft">{{ text() }}</p>
            }
            @if (wordsLabel()) {
              <label class="k-field">
                <span>{{ wordsLabel() }}</span>
                <input
                  #words
                  class="k-input"
                  maxlength="60"
                  autocomplete="off"
                  [value]="said()"
                  [attr.aria-invalid]="missing() || null"
                  (input)="said.set(words.value)"
                  (keydown.enter)="accept()"
                />
                @if (missing()) {
                  <small class="k-error" role="alert">{{ t('common.required') }}</small>
                }
              </label>
            }
            <k-pad
              [(text)]="typed"
              [label]="t('pos.shift.sum')"
              [unit]="t('pos.som')"
              [invalid]="!!typed() && amount() === null"
              placeholder="0"
              (enter)="accept()"
            />
            <button
              type="button"
              class="k-btn k-btn--primary k-btn--large k-btn--wide"
              [disabled]="amount() === null || (!zero() && !amount()) || busy()"
              (click)="accept()"
            >
              {{ action() }}
            </button>
          </div>
        }
      </k-dialog>
    </ng-container>
  `,
})
export class AmountDialog {
  readonly open = model(false);
  readonly heading = input.required<string>();
  readonly action = input.required<string>();
  readonly text = input('');
  /** Asks for words under this label. */
  readonly wordsLabel = input('');
  readonly wordsNeeded = input(false);
  readonly words = input('');
  /** Nothing at all is an answer too. */
  readonly zero = input(false);
  readonly busy = input(false);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('words');
  readonly accepted = output<{ amount: number; words: string }>();

  protected readonly typed = signal('');
  protected readonly said = signal('');
  protected readonly missing = signal(false);
  protected readonly amount = computed(() => parseMajor(this.typed()));

  constructor() {
    effect(() => {
      if (!this.open()) return;
      this.typed.set('');
      this.said.set(this.words());
      this.missing.set(false);
    });
  }

  protected accept(): void {
    const amount = this.amount();
    if (amount === null || (!this.zero() && !amount) || this.busy()) return;
    this.missing.set(this.wordsNeeded() && !this.said().trim());
    if (this.missing()) this.field()?.nativeElement.focus();
    else this.accepted.emit({ amount, words: this.said().trim() });
  }
}
