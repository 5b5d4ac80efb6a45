import { ChangeDetectionStrategy, Component, input, model, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Dialog } from '@kerben/design';
import { CameraScanner } from '@kerben/features/scanner';

/** The camera over the page: stays open, so that one article after the other can be shown to it. */
@Component({
  selector: 'k-scan-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CameraScanner, Dialog, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <k-dialog [(open)]="open" [heading]="heading() || t('pos.scan.heading')">
        @if (open()) {
          <div class="k-stack">
            <k-camera-scanner [hint]="hint()" (scanned)="scanned.emit($event)" />
            <p role="status" class="k-strong said">{{ said() }}</p>
            <button type="button" class="k-btn k-btn--large k-btn--wide" (click)="open.set(false)">
              {{ t('common.done') }}
            </button>
          </div>
        }
      </k-dialog>
    </ng-container>
  `,
  styles: `
    .said {
      min-height: 1.5em;
      text-align: center;
    }
  `,
})
export class ScanDialog {
  readonly open = model(false);
  readonly heading = input('');
  readonly hint = input('');
  /** What became of the last code. */
  readonly said = input('');
  readonly scanned = output<string>();
}
