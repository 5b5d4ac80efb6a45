import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Dialog } from '@kerben/design';
import type { Leavable } from './leave-guard';

/** Asks before what was typed is lost: `<b-leave [unsaved]="dirty()" [text]="t('…')" />`, `mayLeave()` for the guard. */
@Component({
  selector: 'b-leave',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, TranslocoDirective],
  host: { '(window:beforeunload)': 'warn($event)' },
  template: `
    <k-dialog
      [open]="!!asking()"
      (openChange)="answer(false)"
      [heading]="t('goods.leave_title')"
      *transloco="let t"
    >
      <div class="k-stack">
        <p>{{ text() }}</p>
        <div class="k-row">
          <button type="button" class="k-btn k-btn--primary" (click)="answer(false)">
            {{ t('goods.leave_stay') }}
          </button>
          <button type="button" class="k-btn" (click)="answer(true)">{{ t('goods.leave_go') }}</button>
        </div>
      </div>
    </k-dialog>
  `,
})
export class LeaveQuestion implements Leavable {
  readonly unsaved = input.required<boolean>();
  /** What would be lost. */
  readonly text = input.required<string>();
  /** Tells the router the answer while it is being asked for. */
  protected readonly asking = signal<((go: boolean) => void) | null>(null);
  private readonly session = inject(Session);

  mayLeave(): boolean | Promise<boolean> {
    // Nobody can save here once the session has ended.
    if (!this.unsaved() || !this.session.isSignedIn()) return true;
    this.answer(false);
    return new Promise((resolve) => this.asking.set(resolve));
  }

  protected answer(go: boolean): void {
    const tell = this.asking();
    this.asking.set(null);
    tell?.(go);
  }

  /** The browser asks in its own words when the tab is closed. */
  protected warn(event: Event): void {
    if (this.unsaved()) event.preventDefault();
  }
}
