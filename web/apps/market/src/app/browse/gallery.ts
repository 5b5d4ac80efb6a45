import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  input,
  linkedSignal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon, Picture } from '@kerben/design';
import { ChevronLeft, ChevronRight } from 'lucide';
import type { Product } from './data';

/** The pictures of a product: the first at once, the others by a swipe, the arrows or their small copies. */
@Component({
  selector: 'k-gallery',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Picture, TranslocoDirective],
  template: `
    <div class="frame" *transloco="let t">
      <div
        #track
        class="track"
        role="group"
        [attr.aria-label]="t('browse.pictures')"
        [attr.tabindex]="many() ? 0 : null"
        (scroll)="scrolled()"
      >
        @for (slide of slides(); track slide.key) {
          <k-picture
            [src]="slide.src"
            [picture]="slide.picture"
            [alt]="
              many() ? alt() + ', ' + t('browse.picture_n', { n: $index + 1, total: slides().length }) : alt()
            "
            [eager]="$first"
            [sizes]="sizes"
          />
        }
      </div>
      @if (many()) {
        <button
          type="button"
          class="k-icon-btn arrow back"
          [attr.aria-label]="t('browse.previous')"
          [disabled]="at() === 0"
          (click)="go(at() - 1)"
        >
          <k-icon [of]="icons.back" />
        </button>
        <button
          type="button"
          class="k-icon-btn arrow on"
          [attr.aria-label]="t('browse.next')"
          [disabled]="at() === slides().length - 1"
          (click)="go(at() + 1)"
        >
          <k-icon [of]="icons.on" />
        </button>
        <p class="where k-num" aria-hidden="true">{{ at() + 1 }} / {{ slides().length }}</p>
      }
    </div>
    @if (many()) {
      <ul class="thumbs" role="list" *transloco="let t">
        @for (slide of slides(); track slide.key) {
          <li>
            <button
              type="button"
              [attr.aria-label]="t('browse.picture_n', { n: $index + 1, total: slides().length })"
              [attr.aria-current]="$index === at()"
              (click)="go($index)"
            >
              <img [src]="slide.small" alt="" width="64" height="64" loading="lazy" decoding="async" />
            </button>
          </li>
        }
      </ul>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s3);
      grid-template-columns: minmax(0, 1fr);
      max-width: 520px;
    }
    .frame {
      position: relative;
    }
    .track {
      display: grid;
      grid-auto-flow: column;
      grid-auto-columns: 100%;
      gap: var(--s3);
      overflow-x: auto;
      border-radius: var(--radius);
      scroll-snap-type: x mandatory;
      scrollbar-width: none;
      overscroll-behavior-x: contain;
    }
    k-picture {
      scroll-snap-align: start;
      scroll-snap-stop: always;
    }
    @media (prefers-reduced-motion: no-preference) {
      .track {
        scroll-behavior: smooth;
      }
    }
    .arrow {
      position: absolute;
      top: calc(50% - 24px);
      display: none;
      border-radius: 50%;
      background: var(--card);
      box-shadow: var(--shadow);
    }
    .arrow[disabled] {
      visibility: hidden;
    }
    .back {
      left: var(--s3);
    }
    .on {
      right: var(--s3);
    }
    .where {
      position: absolute;
      right: var(--s3);
      bottom: var(--s3);
      padding: 2px 10px;
      border-radius: 999px;
      background: rgb(20 15 8 / 62%);
      color: #fff;
      font-size: var(--t-small);
    }
    .thumbs {
      display: none;
      flex-wrap: wrap;
      gap: var(--s2);
    }
    .thumbs button {
      width: 64px;
      height: 64px;
      padding: 0;
      border: 2px solid transparent;
      border-radius: var(--radius-small);
      overflow: hidden;
      background: var(--sunken);
      cursor: pointer;
    }
    .thumbs button[aria-current='true'] {
      border-color: var(--ink);
    }
    .thumbs img {
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    @media (width >= 720px) {
      .thumbs {
        display: flex;
      }
    }
    @media (hover: hover) {
      .arrow {
        display: inline-grid;
      }
    }
  `,
})
export class Gallery {
  readonly product = input.required<Product>();
  readonly alt = input.required<string>();
  /** As the server says it of the picture that it puts into the page, so that it is not loaded twice. */
  protected readonly sizes = '(min-width: 552px) 520px, 100vw';
  protected readonly icons = { back: ChevronLeft, on: ChevronRight };
  private readonly track = viewChild.required<ElementRef<HTMLElement>>('track');

  protected readonly slides = computed(() => {
    const { picture, pictures } = this.product();
    if (!pictures.length) return [{ key: picture ?? '', src: picture, picture: null, small: picture ?? '' }];
    return pictures.map((one) => ({
      key: one.url,
      src: null,
      picture: one,
      small: one.thumbnails[0]?.url ?? one.url,
    }));
  });
  protected readonly many = computed(() => this.slides().length > 1);
  protected readonly at = linkedSignal({ source: () => this.product().id, computation: () => 0 });

  protected go(to: number): void {
    const track = this.track().nativeElement;
    const slide = track.children[Math.max(0, Math.min(to, this.slides().length - 1))] as HTMLElement;
    track.scrollTo({ left: slide.offsetLeft - track.offsetLeft });
  }

  protected scrolled(): void {
    const { scrollLeft, clientWidth } = this.track().nativeElement;
    this.at.set(Math.min(this.slides().length - 1, Math.round(scrollLeft / Math.max(1, clientWidth))));
  }
}
