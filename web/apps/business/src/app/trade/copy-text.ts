import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Icon, Toasts } from '@kerben/design';
import { Check, Copy } from 'lucide';

/** A secret that is shown once, with a button that copies it. */
@Component({
  selector: 'b-copy-text',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="k-label">{{ label() }}</span>
      <div class="row">
        <code [class.large]="large()" tabindex="0">{{ text() }}</code>
        <button
          type="button"
          class="k-btn"
          [attr.aria-label]="t('trade.copy_what', { what: label() })"
          (click)="copy()"
        >
          <k-icon [of]="copied() ? icons.check : icons.copy" [size]="18" />
          {{ copied() ? t('trade.copied') : t('trade.copy') }}
        </button>
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s1);
      min-width: 0;
    }
    .row {
      display: grid;
      gap: var(--s2);
    }
    code {
      padding: var(--s3);
      border-radius: var(--radius-small);
      background: var(--sunken);
      font-family: ui-monospace, monospace;
      font-size: var(--t-small);
      overflow-wrap: anywhere;
      user-select: all;
    }
    .large {
      font-size: var(--t-body);
      line-height: 1.6;
    }
    .k-btn {
      justify-self: start;
    }
  `,
})
export class CopyText {
  readonly label = input.required<string>();
  readonly text = input.required<string>();
  readonly large = input(false);
  protected readonly icons = { copy: Copy, check: Check };
  protected readonly copied = signal(false);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text());
      this.copied.set(true);
    } catch {
      // Without HTTPS a browser gives no clipboard; the text can be marked by a touch.
      this.toasts.bad(this.transloco.translate<string>('trade.copy_yourself'));
    }
  }
}
