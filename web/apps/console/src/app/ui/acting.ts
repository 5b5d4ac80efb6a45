import { Injector, type Signal, afterNextRender, inject, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Toasts } from '@kerben/design';
import { Confirm } from './confirm';

export interface Acting {
  /** What is being done now, to switch its button off; null when nothing is. */
  readonly busy: Signal<string | null>;
  /** Runs one action at a time; says `done` (a key of the catalogue) afterwards, or what went wrong. */
  run(
    what: string,
    work: () => Promise<unknown>,
    done?: string,
    params?: Record<string, unknown>,
  ): Promise<boolean>;
}

export function acting(): Acting {
  const toasts = inject(Toasts);
  const transloco = inject(TranslocoService);
  const confirm = inject(Confirm);
  const injector = inject(Injector);
  const busy = signal<string | null>(null);
  return {
    busy: busy.asReadonly(),
    async run(what, work, done, params) {
      if (busy() !== null) return false;
      // A button that is off while it works loses the focus; so does one whose question has just been answered.
      const pressed = document.activeElement;
      const from = pressed?.closest('c-confirm') ? confirm.opener : pressed;
      busy.set(what);
      try {
        await work();
        if (done) toasts.good(transloco.translate(done, params));
        return true;
      } catch (error) {
        toasts.bad(error);
        return false;
      } finally {
        busy.set(null);
        afterNextRender(
          () => {
            if (document.activeElement === document.body && from instanceof HTMLElement) from.focus();
          },
          { injector },
        );
      }
    },
  };
}
