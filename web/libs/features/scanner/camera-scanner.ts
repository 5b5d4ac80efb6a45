import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  afterNextRender,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Flashlight, FlashlightOff, ScanBarcode, VideoOff } from 'lucide';
import { type Detect, loadDetector } from './detector';
import { Repeats } from './repeats';
import { beep } from './signals';

type State = 'starting' | 'running' | 'denied' | 'none' | 'busy' | 'insecure' | 'failed';

/** Between two looks at the picture, milliseconds: quick for the hand, bearable for a cheap phone. */
const PAUSE_MS = 90;

/**
 * The camera as a scanner: `<k-camera-scanner (scanned)="add($event)" />`. It runs while it is on the page and lets
 * go of the camera when it leaves, so within a dialog it stands in `@if (open())`: what is projected into a closed
 * dialog is there all the same. A code held before the camera is told once, with a beep.
 */
@Component({
  selector: 'k-camera-scanner',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="view" *transloco="let t">
      <video
        #video
        playsinline
        muted
        [attr.aria-label]="t('scanner.picture')"
        [hidden]="state() !== 'running'"
      ></video>
      @switch (state()) {
        @case ('running') {
          <div class="frame" [class.hit]="hit()" aria-hidden="true"></div>
          @if (torch() !== null) {
            <button
              type="button"
              class="torch"
              [attr.aria-pressed]="torch()"
              [attr.aria-label]="t('scanner.torch')"
              (click)="switchTorch()"
            >
              <k-icon [of]="torch() ? torchOff : torchOn" />
            </button>
          }
          <p class="hint">{{ hint() || t('scanner.hint') }}</p>
        }
        @case ('starting') {
          <div class="words" role="status">
            <k-icon [of]="scan" [size]="32" />
            <p>{{ t('scanner.starting') }}</p>
          </div>
        }
        @default {
          <div class="words" role="alert">
            <k-icon [of]="noVideo" [size]="32" />
            <p class="k-strong">{{ t('scanner.' + state() + '_title') }}</p>
            <p>{{ t('scanner.' + state() + '_text') }}</p>
            @if (state() !== 'insecure') {
              <button type="button" class="k-btn" (click)="start()">{{ t('common.retry') }}</button>
            }
          </div>
        }
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .view {
      position: relative;
      display: grid;
      min-height: 220px;
      aspect-ratio: 4 / 3;
      max-height: 60dvh;
      width: 100%;
      border-radius: var(--radius);
      overflow: hidden;
      background: #171512;
      color: #f3eee6;
    }
    video {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    .frame {
      position: absolute;
      inset: 22% 10%;
      border: 2px solid rgb(255 255 255 / 75%);
      border-radius: var(--radius);
      box-shadow: 0 0 0 100vmax rgb(20 15 8 / 35%);
      transition: border-color var(--motion);
    }
    .frame.hit {
      border-color: #7fc9a5;
      border-width: 4px;
    }
    .hint {
      position: absolute;
      inset: auto var(--s3) var(--s3);
      text-align: center;
      font-size: var(--t-small);
      text-shadow: 0 1px 3px rgb(0 0 0 / 80%);
    }
    .torch {
      position: absolute;
      top: var(--s3);
      right: var(--s3);
      display: grid;
      place-items: center;
      width: 56px;
      height: 56px;
      border: 0;
      border-radius: 50%;
      background: rgb(20 15 8 / 65%);
      color: #f3eee6;
      cursor: pointer;
    }
    .torch[aria-pressed='true'] {
      background: #f3eee6;
      color: #211d18;
    }
    .words {
      align-self: center;
      display: grid;
      justify-items: center;
      gap: var(--s2);
      padding: var(--s5) var(--s4);
      text-align: center;
      font-size: var(--t-small);
    }
    .words .k-btn {
      margin-top: var(--s2);
    }
  `,
})
export class CameraScanner {
  /** A line under the picture; what to aim at, when it is not «штрихкод». */
  readonly hint = input('');
  /** Looks away while true: a question stands open. */
  readonly paused = input(false);
  readonly scanned = output<string>();

  protected readonly state = signal<State>('starting');
  protected readonly torch = signal<boolean | null>(null);
  protected readonly hit = signal(false);
  protected readonly torchOn = Flashlight;
  protected readonly torchOff = FlashlightOff;
  protected readonly scan = ScanBarcode;
  protected readonly noVideo = VideoOff;

  private readonly video = viewChild.required<ElementRef<HTMLVideoElement>>('video');
  private readonly repeats = new Repeats();
  private stream: MediaStream | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private gone = false;
  private failures = 0;

  constructor() {
    afterNextRender(() => void this.start());
    inject(DestroyRef).onDestroy(() => {
      this.gone = true;
      this.stop();
    });
  }

  protected async start(): Promise<void> {
    this.stop();
    this.state.set('starting');
    if (!window.isSecureContext || !navigator.mediaDevices) return this.state.set('insecure');
    try {
      const [stream, detect] = await Promise.all([openCamera(), loadDetector().catch(() => null)]);
      this.stream = stream;
      if (this.gone) return this.stop();
      if (!detect) {
        this.stop();
        return this.state.set('failed');
      }
      const video = this.video().nativeElement;
      video.srcObject = stream;
      // Unplugged, or taken by another program.
      stream.getVideoTracks()[0]?.addEventListener('ended', () => this.state.set('busy'));
      await video.play();
      const can = stream.getVideoTracks()[0]?.getCapabilities?.() as { torch?: boolean } | undefined;
      this.torch.set(can?.torch ? false : null);
      this.failures = 0;
      this.state.set('running');
      this.look(detect);
    } catch (error) {
      this.stop();
      if (!this.gone) this.state.set(reason(error));
    }
  }

  protected async switchTorch(): Promise<void> {
    const on = !this.torch();
    try {
      const wish = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints;
      await this.stream?.getVideoTracks()[0]?.applyConstraints(wish);
      this.torch.set(on);
    } catch {
      this.torch.set(null);
    }
  }

  private look(detect: Detect): void {
    this.timer = setTimeout(() => {
      void this.once(detect).then(() => {
        if (!this.gone && this.state() === 'running') this.look(detect);
      });
    }, PAUSE_MS);
  }

  private async once(detect: Detect): Promise<void> {
    const video = this.video().nativeElement;
    if (this.paused() || document.hidden || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    try {
      const codes = await detect(video);
      this.failures = 0;
      for (const code of codes) {
        if (this.gone || !code || !this.repeats.fresh(code, performance.now())) continue;
        beep();
        this.hit.set(true);
        setTimeout(() => this.hit.set(false), 350);
        this.scanned.emit(code);
      }
    } catch {
      // One picture may fail; when all do, the detector could not be loaded.
      if (++this.failures > 20) {
        this.stop();
        this.state.set('failed');
      }
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.torch.set(null);
  }
}

function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
}

function reason(error: unknown): State {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'failed';
}
