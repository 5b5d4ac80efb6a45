import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';

export interface Shown {
  url: string;
  width: number;
  height: number;
  thumbnails: readonly { url: string; width: number; height: number }[];
}

/** A product's picture with its place kept; the right size for the screen; a drawn bag where there is none. */
@Component({
  selector: 'k-picture',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (source() && !failed()) {
      <img
        [src]="source()"
        [attr.srcset]="set()"
        [attr.sizes]="set() ? sizes() : null"
        [alt]="alt()"
        [attr.loading]="eager() ? null : 'lazy'"
        [attr.fetchpriority]="eager() ? 'high' : null"
        decoding="async"
        width="480"
        height="480"
        (error)="failed.set(true)"
      />
    } @else {
      <span
        class="none"
        [attr.role]="alt() ? 'img' : null"
        [attr.aria-label]="alt() || null"
        [attr.aria-hidden]="alt() ? null : true"
      >
        <svg
          viewBox="0 0 48 48"
          width="40%"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          aria-hidden="true"
        >
          <path d="M10 17h28l3 24H7zM17 21v-6a7 7 0 0 1 14 0v6" />
          <path d="m24 27 4 4-4 4-4-4z" />
        </svg>
      </span>
    }
  `,
  styles: `
    :host {
      display: block;
      aspect-ratio: 1;
      border-radius: var(--radius);
      overflow: hidden;
      background: var(--sunken);
    }
    img {
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    .none {
      display: grid;
      place-items: center;
      height: 100%;
      color: var(--line-strong);
    }
  `,
})
export class Picture {
  /** An address given by the seller; used when there is no uploaded picture. */
  readonly src = input<string | null>(null);
  readonly picture = input<Shown | null | undefined>(null);
  readonly alt = input.required<string>();
  readonly sizes = input('(width < 720px) 45vw, 240px');
  /** The page's main picture: loaded before all else. */
  readonly eager = input(false);
  protected readonly failed = signal(false);
  protected readonly source = computed(() => {
    const shown = this.picture();
    if (!shown) return this.src();
    return shown.thumbnails.find((t) => t.width >= 320)?.url ?? shown.url;
  });
  protected readonly set = computed(() => {
    const shown = this.picture();
    if (!shown?.thumbnails.length) return null;
    return shown.thumbnails.map((t) => `${t.url} ${t.width}w`).join(', ');
  });
}
