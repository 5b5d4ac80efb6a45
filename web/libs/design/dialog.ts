import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  afterRenderEffect,
  input,
  model,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { X } from 'lucide';
import { Icon } from './icons';
import { ToastList } from './toasts';

/**
 * A dialog over the page, from below on a phone: `<k-dialog [(open)]="asking" heading="…">…</k-dialog>`.
 * The browser keeps the focus inside, closes on Escape and gives the focus back.
 */
@Component({
  selector: 'k-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, ToastList, TranslocoDirective],
  template: `
    <dialog
      #dialog
      class="k-dialog"
      [attr.aria-label]="heading()"
      (cancel)="open.set(false)"
      (close)="open.set(false)"
      (click)="outside($event)"
    >
      @if (open()) {
        <div class="inside">
          <header class="k-row k-row--between k-row--nowrap" *transloco="let t">
            <h2>{{ heading() }}</h2>
            <button
              type="button"
              class="k-icon-btn"
              [attr.aria-label]="t('common.close')"
              (click)="open.set(false)"
            >
              <k-icon [of]="x" />
            </button>
          </header>
          <ng-content />
          <k-toasts />
        </div>
      }
    </dialog>
  `,
  styles: `
    header {
      margin-bottom: var(--s3);
    }
  `,
})
export class Dialog {
  readonly open = model(false);
  readonly heading = input.required<string>();
  protected readonly x = X;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    // After the content is there: the browser gives the focus to the first control inside.
    afterRenderEffect(() => {
      const element = this.dialog().nativeElement;
      if (this.open() && !element.open) element.showModal();
      if (!this.open() && element.open) element.close();
    });
  }

  protected outside(event: MouseEvent): void {
    if (event.target === event.currentTarget) this.open.set(false);
  }
}
