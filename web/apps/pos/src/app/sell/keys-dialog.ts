import { ChangeDetectionStrategy, Component, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Dialog } from '@kerben/design';

/** What the keys do. */
@Component({
  selector: 'k-keys-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="t('pos.keys.heading')">
        <dl>
          @for (key of keys; track key[0]) {
            <dt>
              @for (one of key[1]; track one) {
                <kbd>{{ one }}</kbd>
              }
            </dt>
            <dd>{{ t('pos.keys.' + key[0]) }}</dd>
          }
        </dl>
      </k-dialog>
    </ng-container>
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: var(--s3) var(--s4);
      align-items: center;
    }
    dt {
      display: flex;
      gap: var(--s1);
    }
    kbd {
      min-width: 40px;
      padding: 2px 8px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--sunken);
      font: inherit;
      font-size: var(--t-small);
      text-align: center;
    }
  `,
})
export class KeysDialog {
  readonly open = model(false);
  protected readonly keys: readonly (readonly [string, readonly string[]])[] = [
    ['find', ['F2']],
    ['pick', ['↑', '↓', 'Enter']],
    ['times', ['3', '*']],
    ['qty', ['F3']],
    ['more_less', ['+', '−']],
    ['line_discount', ['F4']],
    ['whole_discount', ['F6']],
    ['remove', ['Del']],
    ['cash', ['F8']],
    ['card', ['F9']],
    ['qr', ['F10']],
    ['escape', ['Esc']],
    ['sections', ['Alt', '1 … 5']],
    ['help', ['F1']],
  ];
}
