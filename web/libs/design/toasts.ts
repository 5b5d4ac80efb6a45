import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  Injectable,
  computed,
  inject,
  signal,
} from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';
import { ProblemTexts } from '@kerben/core';

const JUST_NOW_MS = 1500;

export interface Toast {
  id: number;
  text: string;
  kind: 'good' | 'bad';
  at: number;
  /** A way back: «Вернуть». */
  action?: { label: string; run: () => void };
}

/** Short words about what has just been done; failures stay longer. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  readonly shown = signal<readonly Toast[]>([]);
  /** Where toasts may appear, the topmost last: the shell, and over it an open dialog. */
  readonly places = signal<readonly object[]>([]);
  private readonly texts = inject(ProblemTexts);
  private next = 1;

  constructor() {
    // What offers a step of the page before is out of place on the next; what led there may still be undone.
    inject(Router).events.subscribe((event) => {
      if (!(event instanceof NavigationEnd)) return;
      const before = Date.now() - JUST_NOW_MS;
      this.shown.update((all) => all.filter((toast) => !toast.action || toast.at > before));
    });
  }

  good(text: string, action?: Toast['action']): void {
    this.show(
      { id: this.next++, text, kind: 'good', at: Date.now(), ...(action ? { action } : {}) },
      action ? 8000 : 4000,
    );
  }

  /** Says what went wrong: a `Problem`, or words of one's own. */
  bad(error: unknown): void {
    this.show(
      {
        id: this.next++,
        text: typeof error === 'string' ? error : this.texts.of(error),
        kind: 'bad',
        at: Date.now(),
      },
      8000,
    );
  }

  close(id: number): void {
    this.shown.update((all) => all.filter((toast) => toast.id !== id));
  }

  private show(toast: Toast, ms: number): void {
    this.shown.update((all) => [...all.filter((t) => t.text !== toast.text).slice(-2), toast]);
    // From when it is drawn: in a tab that nobody looks at it waits to be seen.
    requestAnimationFrame(() => setTimeout(() => this.close(toast.id), ms));
  }
}

/**
 * Where toasts appear: in an application's shell, and in a dialog while it is open, for what lies under a modal dialog
 * can be neither read aloud nor clicked.
 */
@Component({
  selector: 'k-toasts',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="all" role="status" aria-live="polite">
      @for (toast of shown(); track toast.id) {
        <div class="toast" [class.bad]="toast.kind === 'bad'">
          <span>{{ toast.text }}</span>
          @if (toast.action; as action) {
            <button type="button" (click)="action.run(); toasts.close(toast.id)">{{ action.label }}</button>
          }
        </div>
      }
    </div>
  `,
  styles: `
    .all {
      position: fixed;
      z-index: 90;
      inset-inline: var(--s4);
      /* On a phone the thumb's buttons are below: the words come from above and cover none of them. */
      top: calc(var(--s2) + env(safe-area-inset-top));
      display: grid;
      justify-items: center;
      gap: var(--s2);
      pointer-events: none;
    }
    @media (width >= 720px) {
      .all {
        top: var(--toast-top, auto);
        bottom: var(--toast-bottom, var(--s5));
      }
    }
    .toast {
      display: flex;
      align-items: center;
      gap: var(--s4);
      max-width: 520px;
      padding: var(--s3) var(--s4);
      border-radius: var(--radius);
      background: var(--ink);
      color: var(--paper);
      box-shadow: var(--shadow);
      pointer-events: auto;
    }
    .bad {
      background: light-dark(#7a1f19, #f3b3a8);
      color: light-dark(#ffffff, #2a0d09);
    }
    button {
      min-height: 40px;
      border: 0;
      background: none;
      color: inherit;
      font-weight: 650;
      text-decoration: underline;
      cursor: pointer;
    }
  `,
})
export class ToastList {
  protected readonly toasts = inject(Toasts);
  protected readonly shown = computed(() =>
    this.toasts.places().at(-1) === this ? this.toasts.shown() : [],
  );

  constructor() {
    this.toasts.places.update((all) => [...all, this]);
    inject(DestroyRef).onDestroy(() => this.toasts.places.update((all) => all.filter((one) => one !== this)));
  }
}
