import { ChangeDetectionStrategy, Component, Injectable, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Dialog } from '@kerben/design';

export interface Question {
  heading: string;
  text: string;
  /** The words of the button that does it. */
  yes: string;
  /** A reason to write down; its label. */
  note?: string;
}

/** Asks before something that hurts; the answer is the note («» when none is asked for), or null for no. */
@Injectable({ providedIn: 'root' })
export class Confirm {
  readonly question = signal<Question | null>(null);
  /** What was pressed before the question came: the focus belongs there afterwards. */
  opener: Element | null = null;
  private settle: ((answer: string | null) => void) | undefined;

  ask(question: Question): Promise<string | null> {
    this.answer(null);
    this.opener = document.activeElement;
    this.question.set(question);
    return new Promise((resolve) => (this.settle = resolve));
  }

  answer(answer: string | null): void {
    this.question.set(null);
    this.settle?.(answer);
    this.settle = undefined;
  }
}

/** Where the question appears; once in the shell. */
@Component({
  selector: 'c-confirm',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, TranslocoDirective],
  template: `
    <k-dialog
      [open]="!!confirm.question()"
      (openChange)="$event || confirm.answer(null)"
      [heading]="confirm.question()?.heading ?? ''"
    >
      @if (confirm.question(); as question) {
        <form class="k-form" (submit)="submit($event)" novalidate *transloco="let t">
          <p>{{ question.text }}</p>
          @if (question.note) {
            <label class="k-field">
              <span>{{ question.note }}</span>
              <textarea
                autofocus
                class="k-textarea"
                name="note"
                maxlength="500"
                [attr.aria-invalid]="missing() ? true : null"
                aria-describedby="note-error"
                (input)="missing.set(false)"
              ></textarea>
              <small class="k-error" id="note-error">{{ missing() ? t('common.required') : '' }}</small>
            </label>
          }
          <div class="k-row">
            <button type="submit" class="k-btn k-btn--primary">{{ question.yes }}</button>
            <button type="button" class="k-btn" (click)="confirm.answer(null)">
              {{ t('common.cancel') }}
            </button>
          </div>
        </form>
      }
    </k-dialog>
  `,
})
export class ConfirmDialog {
  protected readonly confirm = inject(Confirm);
  protected readonly missing = signal(false);

  protected submit(event: Event): void {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('note') as HTMLTextAreaElement | null;
    const note = field?.value.trim() ?? '';
    this.missing.set(!!field && !note);
    if (field && !note) field.focus();
    else this.confirm.answer(note);
  }
}
