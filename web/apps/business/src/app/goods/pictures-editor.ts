import { ChangeDetectionStrategy, Component, DestroyRef, inject, input, model, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ProblemTexts, Session } from '@kerben/core';
import { Icon, Picture, type Shown } from '@kerben/design';
import { ArrowLeft, ArrowRight, Camera, ImagePlus, RotateCw, Trash2, X } from 'lucide';
import type { Media } from './goods-api';
import { upload } from './upload';

export const PICTURES_MAX = 10;

/** An uploaded picture in the row. */
export interface Pic extends Shown {
  media_id: string;
}

interface Upload {
  key: number;
  file: File;
  preview: string;
  share: number;
  error: string;
  abort: AbortController;
}

/**
 * Pictures of a product, the first being the main one: chosen or taken with the camera, uploaded with progress,
 * ordered by buttons or by dragging. `<b-pictures [(pictures)]="pictures" [name]="name" />`
 */
@Component({
  selector: 'b-pictures',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Picture, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ul class="row" role="list">
        @for (picture of pictures(); track picture.media_id; let at = $index; let last = $last) {
          <li
            draggable="true"
            [class.over]="over() === at"
            (dragstart)="drag($event, at)"
            (dragover)="dragOver($event, at)"
            (dragleave)="over.set(-1)"
            (dragend)="over.set(-1)"
            (drop)="drop($event, at)"
          >
            <k-picture
              [picture]="picture"
              [alt]="t('goods.picture_n', { n: at + 1, name: name() })"
              sizes="160px"
            />
            @if (at === 0) {
              <span class="main k-badge">{{ t('goods.main_picture') }}</span>
            }
            <div class="acts">
              <button
                type="button"
                class="k-icon-btn"
                [disabled]="at === 0"
                [attr.aria-label]="t('goods.picture_left', { n: at + 1 })"
                (click)="move(at, at - 1)"
              >
                <k-icon [of]="icons.left" [size]="18" />
              </button>
              <button
                type="button"
                class="k-icon-btn"
                [attr.aria-label]="t('goods.picture_remove', { n: at + 1 })"
                (click)="remove(at)"
              >
                <k-icon [of]="icons.trash" [size]="18" />
              </button>
              <button
                type="button"
                class="k-icon-btn"
                [disabled]="last"
                [attr.aria-label]="t('goods.picture_right', { n: at + 1 })"
                (click)="move(at, at + 1)"
              >
                <k-icon [of]="icons.right" [size]="18" />
              </button>
            </div>
          </li>
        }
        @for (one of uploads(); track one.key) {
          <li class="pending">
            <img [src]="one.preview" alt="" />
            @if (one.error) {
              <div class="cover bad" role="alert">
                <span>{{ one.error }}</span>
                <span class="k-row k-row--nowrap">
                  <button
                    type="button"
                    class="k-icon-btn"
                    [attr.aria-label]="t('common.retry')"
                    (click)="send(one)"
                  >
                    <k-icon [of]="icons.again" [size]="18" />
                  </button>
                  <button
                    type="button"
                    class="k-icon-btn"
                    [attr.aria-label]="t('common.close')"
                    (click)="drop1(one)"
                  >
                    <k-icon [of]="icons.x" [size]="18" />
                  </button>
                </span>
              </div>
            } @else {
              <div class="cover">
                <progress [value]="one.share" max="1" [attr.aria-label]="t('goods.uploading')"></progress>
                <button
                  type="button"
                  class="k-icon-btn"
                  [attr.aria-label]="t('common.cancel')"
                  (click)="drop1(one)"
                >
                  <k-icon [of]="icons.x" [size]="18" />
                </button>
              </div>
            }
          </li>
        }
      </ul>
      @if (!pictures().length && !uploads().length) {
        @if (address()) {
          <div class="address">
            <k-picture [src]="address()" [alt]="name()" />
            <p class="k-soft k-small">{{ t('goods.picture_by_address') }}</p>
          </div>
        } @else {
          <p class="k-soft k-small">{{ t('goods.no_pictures') }}</p>
        }
      }
      @if (pictures().length + uploads().length < max) {
        <div class="k-row">
          <label class="k-btn" [attr.aria-disabled]="disabled()">
            <k-icon [of]="icons.add" [size]="18" /> {{ t('goods.choose_pictures') }}
            <input
              class="k-sr"
              type="file"
              accept="image/jpeg,image/png,image/webp,image/gif"
              multiple
              [disabled]="disabled()"
              (change)="chosen($event)"
            />
          </label>
          <label class="k-btn camera" [attr.aria-disabled]="disabled()">
            <k-icon [of]="icons.camera" [size]="18" /> {{ t('goods.take_picture') }}
            <input
              class="k-sr"
              type="file"
              accept="image/*"
              capture="environment"
              [disabled]="disabled()"
              (change)="chosen($event)"
            />
          </label>
        </div>
      }
      <p class="k-hint">{{ t('goods.pictures_hint', { max }) }}</p>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s3);
    }
    .row {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(148px, 1fr));
      gap: var(--s3);
    }
    .row:empty {
      display: none;
    }
    li {
      position: relative;
      display: grid;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--card);
      overflow: hidden;
      cursor: grab;
    }
    li.over {
      outline: 3px solid var(--issyk);
    }
    li k-picture,
    li img {
      width: 100%;
      aspect-ratio: 1;
      border-radius: 0;
      object-fit: cover;
    }
    .main {
      position: absolute;
      top: var(--s2);
      inset-inline-start: var(--s2);
    }
    .acts {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
    }
    .acts .k-icon-btn {
      width: 100%;
    }
    .acts [disabled] {
      color: var(--line-strong);
      cursor: default;
    }
    .cover {
      position: absolute;
      inset: auto 0 0;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s1);
      padding: 0 0 0 var(--s3);
      background: var(--card);
    }
    .cover.bad {
      padding: var(--s2);
      color: var(--felt);
      font-size: var(--t-small);
    }
    progress {
      flex: 1;
      min-width: 0;
      height: 8px;
      accent-color: var(--juniper);
    }
    .address {
      display: grid;
      grid-template-columns: 148px 1fr;
      align-items: center;
      gap: var(--s3);
    }
    .k-btn:focus-within {
      outline: 3px solid var(--issyk);
      outline-offset: 2px;
    }
    @media (hover: hover) and (pointer: fine) {
      .camera {
        display: none;
      }
    }
  `,
})
export class PicturesEditor {
  readonly pictures = model.required<readonly Pic[]>();
  /** The product's name, for those who do not see the pictures. */
  readonly name = input('');
  /** A picture given by its address; uploads take its place. */
  readonly address = input<string | null>(null);
  readonly disabled = input(false);

  protected readonly uploads = signal<readonly Upload[]>([]);
  protected readonly over = signal(-1);
  protected readonly max = PICTURES_MAX;
  protected readonly icons = {
    add: ImagePlus,
    again: RotateCw,
    camera: Camera,
    left: ArrowLeft,
    right: ArrowRight,
    trash: Trash2,
    x: X,
  };
  private readonly session = inject(Session);
  private readonly texts = inject(ProblemTexts);
  private dragged = -1;
  private next = 1;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.uploads().forEach((one) => this.forget(one)));
  }

  /** True while something is still on its way. */
  busy(): boolean {
    return this.uploads().some((one) => !one.error);
  }

  protected chosen(event: Event): void {
    const field = event.target as HTMLInputElement;
    const room = PICTURES_MAX - this.pictures().length - this.uploads().length;
    const files = [...(field.files ?? [])].slice(0, room);
    field.value = '';
    const added = files.map((file) => ({
      key: this.next++,
      file,
      preview: URL.createObjectURL(file),
      share: 0,
      error: '',
      abort: new AbortController(),
    }));
    this.uploads.update((all) => [...all, ...added]);
    void this.sendAll(added);
  }

  // One after the other: the order chosen is the order shown, and a phone's uplink is narrow.
  private async sendAll(added: readonly Upload[]): Promise<void> {
    for (const one of added) if (this.uploads().some((u) => u.key === one.key)) await this.send(one);
  }

  protected async send(one: Upload): Promise<void> {
    this.change(one.key, { error: '', share: 0 });
    const form = new FormData();
    form.append('file', one.file);
    try {
      const token = await this.session.token();
      const progress = (share: number): void => this.change(one.key, { share });
      const media = await upload<Media>('/api/v1/media', form, token, progress, one.abort.signal);
      this.forget(one);
      this.pictures.update((all) => [...all, { ...media, media_id: media.id }]);
    } catch (error) {
      if (one.abort.signal.aborted) return;
      this.change(one.key, { error: this.texts.of(error) });
    }
  }

  protected drop1(one: Upload): void {
    one.abort.abort();
    this.forget(one);
  }

  protected move(from: number, to: number): void {
    const all = [...this.pictures()];
    const [moved] = all.splice(from, 1);
    if (!moved) return;
    all.splice(to, 0, moved);
    this.pictures.set(all);
  }

  protected remove(at: number): void {
    this.pictures.set(this.pictures().filter((_, n) => n !== at));
  }

  protected drag(event: DragEvent, at: number): void {
    this.dragged = at;
    event.dataTransfer?.setData('text/plain', String(at));
  }

  protected dragOver(event: DragEvent, at: number): void {
    if (this.dragged < 0) return;
    event.preventDefault();
    this.over.set(at);
  }

  protected drop(event: DragEvent, at: number): void {
    event.preventDefault();
    this.over.set(-1);
    if (this.dragged >= 0 && this.dragged !== at) this.move(this.dragged, at);
    this.dragged = -1;
  }

  private change(key: number, what: Partial<Upload>): void {
    this.uploads.update((all) => all.map((one) => (one.key === key ? { ...one, ...what } : one)));
  }

  private forget(one: Upload): void {
    URL.revokeObjectURL(one.preview);
    this.uploads.update((all) => all.filter((other) => other.key !== one.key));
  }
}
