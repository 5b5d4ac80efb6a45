import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon, LanguageSelect, Ornament } from '@kerben/design';
import { WedgeScanner, beep, readPairing } from '@kerben/features/scanner';
import { QrCode } from 'lucide';
import { type PairingFault, Till } from '../core/till';
import { ScanDialog } from '../parts/scan-dialog';

/** Connecting this device to a shop by the code that the cabinet shows once. */
@Component({
  selector: 'k-pair-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, LanguageSelect, Ornament, ScanDialog, TranslocoDirective],
  template: `
    <main id="content" class="k-page k-page--narrow" *transloco="let t">
      <div class="k-stack">
        <header>
          <k-ornament />
          <h1>{{ t('pos.pair.title') }}</h1>
          <p class="k-soft">{{ t('pos.pair.text') }}</p>
        </header>
        @if (till.waiting()) {
          <p class="k-notice k-notice--warn">{{ t('pos.pair.waiting', { n: till.waiting() }) }}</p>
        }
        <button
          type="button"
          class="k-btn k-btn--primary k-btn--large k-btn--wide"
          [disabled]="busy()"
          (click)="scanning.set(true)"
        >
          <k-icon [of]="qr" /> {{ t(busy() ? 'pos.pair.checking' : 'pos.pair.scan') }}
        </button>
        <form class="k-form" (submit)="submit($event)">
          <label class="k-field">
            <span>{{ t('pos.pair.code') }}</span>
            <textarea
              #field
              class="k-textarea"
              rows="3"
              autocomplete="off"
              autocapitalize="none"
              spellcheck="false"
              placeholder="kerben-pos:…"
              [attr.aria-invalid]="fault() ? true : null"
              aria-describedby="pair-fault"
              (keydown.enter)="submit($event)"
            ></textarea>
            <small id="pair-fault" class="k-error" role="alert">
              @if (fault()) {
                {{ t('pos.pair.' + fault()) }}
              }
            </small>
          </label>
          <button type="submit" class="k-btn k-btn--wide" [disabled]="busy()">
            {{ t('pos.pair.connect') }}
          </button>
        </form>
        <k-language-select />
      </div>
      <k-scan-dialog
        [(open)]="scanning"
        [heading]="t('pos.pair.scan')"
        [hint]="t('pos.pair.hint')"
        [said]="fault() ? t('pos.pair.' + fault()) : ''"
        (scanned)="take($event)"
      />
    </main>
  `,
  styles: `
    header {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      padding: var(--s6) 0 var(--s3);
      text-align: center;
    }
    header p {
      text-wrap: balance;
    }
    textarea {
      font-size: var(--t-small);
      word-break: break-all;
    }
  `,
})
export class PairPage {
  protected readonly till = inject(Till);
  private readonly router = inject(Router);
  protected readonly qr = QrCode;
  protected readonly scanning = signal(false);
  protected readonly busy = signal(false);
  protected readonly fault = signal<PairingFault | 'unreadable' | null>(null);
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');

  constructor() {
    inject(DestroyRef).onDestroy(inject(WedgeScanner).listen((code) => void this.take(code)));
  }

  protected submit(event: Event): void {
    event.preventDefault();
    void this.take(this.field().nativeElement.value);
  }

  protected async take(text: string): Promise<void> {
    if (this.busy()) return;
    const code = readPairing(text);
    if (!code) {
      beep(false);
      this.fault.set('unreadable');
      return;
    }
    this.scanning.set(false);
    this.busy.set(true);
    this.fault.set(null);
    try {
      this.fault.set(await this.till.pair(code));
      // It begins with selling, wherever the device was before.
      if (!this.fault()) await this.router.navigateByUrl('/');
    } catch {
      this.fault.set('unknown');
    } finally {
      this.busy.set(false);
      if (this.fault()) this.field().nativeElement.focus();
    }
  }
}
