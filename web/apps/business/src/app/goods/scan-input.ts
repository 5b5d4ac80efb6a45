import { ChangeDetectionStrategy, Component, inject, input, output, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { Icon, Toasts } from '@kerben/design';
import { CameraScanner, Wedge, beep } from '@kerben/features/scanner';
import { TranslocoService } from '@jsverse/transloco';
import { Camera, CameraOff } from 'lucide';
import { type Product, type Variant, findByCode } from './goods-api';

export interface Found {
  product: Product;
  variant: Variant;
}

/**
 * Codes from the camera, a scanner that types, or the hand, as goods of the shop:
 * `<b-scan-input [shopId]="id" (found)="add($event)" />`. One code after the other, none is lost.
 */
@Component({
  selector: 'b-scan-input',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CameraScanner, Icon, RouterLink, TranslocoDirective, Wedge],
  template: `
    <section class="k-card k-stack" (kWedge)="take($event)" *transloco="let t">
      @if (camera()) {
        <k-camera-scanner (scanned)="take($event)" />
      }
      <form class="typed" (submit)="typedIn($event)">
        <label class="k-field">
          <span>{{ t('goods.scan_code') }}</span>
          <input
            class="k-input k-num"
            autocomplete="off"
            autocapitalize="off"
            maxlength="64"
            [value]="typed()"
            (input)="typed.set($any($event.target).value)"
          />
        </label>
        <button type="submit" class="k-btn">{{ t('goods.scan_add') }}</button>
        <button type="button" class="k-btn" [attr.aria-pressed]="camera()" (click)="camera.set(!camera())">
          <k-icon [of]="camera() ? icons.off : icons.on" [size]="20" />
          <span class="word">{{ t(camera() ? 'goods.scan_camera_off' : 'goods.scan_camera') }}</span>
        </button>
      </form>
      <p class="k-hint wedge">{{ t('goods.scan_wedge') }}</p>
      <div class="told" role="status" aria-live="polite">
        @if (unknown(); as code) {
          <div class="k-notice k-notice--bad k-row k-row--between">
            <span>{{ t('goods.scan_unknown', { code }) }}</span>
            <a class="k-btn k-btn--small" routerLink="/goods/new" [queryParams]="{ barcode: code }">{{
              t('goods.scan_unknown_add')
            }}</a>
          </div>
        }
        @if (waiting() > 1) {
          <p class="k-hint">{{ t('goods.scan_waiting', { n: waiting() }) }}</p>
        }
        <span class="k-sr">{{ said() }}</span>
      </div>
    </section>
  `,
  styles: `
    .typed {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto auto;
      align-items: end;
      gap: var(--s2);
    }
    /* Nothing to say takes no room. */
    .told:not(:has(.k-notice, .k-hint)) {
      position: absolute;
    }
    .k-notice {
      align-items: center;
    }
    @media (width < 600px) {
      .wedge {
        display: none;
      }
      .typed .k-btn {
        padding-inline: var(--s3);
      }
      .word {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
  `,
})
export class ScanInput {
  readonly shopId = input.required<string>();
  readonly found = output<Found>();

  protected readonly camera = signal(false);
  protected readonly typed = signal('');
  protected readonly unknown = signal('');
  protected readonly said = signal('');
  /** Codes whose goods are still being looked up. */
  protected readonly waiting = signal(0);
  protected readonly icons = { on: Camera, off: CameraOff };
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private queue: Promise<void> = Promise.resolve();

  protected typedIn(event: Event): void {
    event.preventDefault();
    const code = this.typed().trim();
    if (!code) return;
    this.typed.set('');
    this.take(code);
  }

  protected take(code: string): void {
    this.waiting.update((n) => n + 1);
    this.queue = this.queue.then(() => this.find(code)).finally(() => this.waiting.update((n) => n - 1));
  }

  private async find(code: string): Promise<void> {
    try {
      const found = await findByCode(this.shopId(), code);
      this.unknown.set(found ? '' : code);
      beep(found !== null);
      if (!found) return;
      this.said.set(found.product.name);
      this.found.emit(found);
    } catch (error) {
      beep(false);
      const offline = error instanceof Problem && error.status === 0;
      this.toasts.bad(offline ? this.transloco.translate<string>('goods.scan_offline', { code }) : error);
    }
  }
}
