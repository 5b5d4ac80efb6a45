import { ChangeDetectionStrategy, Component, input, model, output } from '@angular/core';
import { Dialog } from '@kerben/design';
import { CameraScanner } from '@kerben/features/scanner';

/** The camera over the page, for one code: `<b-scan-dialog [(open)]="scanning" heading="…" (scanned)="…" />`. */
@Component({
  selector: 'b-scan-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CameraScanner, Dialog],
  template: `
    <k-dialog [(open)]="open" [heading]="heading()">
      @if (open()) {
        <k-camera-scanner (scanned)="take($event)" />
      }
    </k-dialog>
  `,
})
export class ScanDialog {
  readonly open = model(false);
  readonly heading = input.required<string>();
  readonly scanned = output<string>();

  protected take(code: string): void {
    this.open.set(false);
    this.scanned.emit(code);
  }
}
