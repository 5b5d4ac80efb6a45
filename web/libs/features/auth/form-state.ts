import { type Signal, computed, inject, signal } from '@angular/core';
import { Problem } from '@kerben/api';
import { AuthTexts } from './texts';

/** What a form of signing in knows about itself: whether it is being sent, and what is wrong with it. */
export interface AuthFormState {
  readonly busy: Signal<boolean>;
  /** What went wrong with the form as a whole; empty when nothing did, or when a field says it. */
  readonly failure: Signal<string>;
  /** What is wrong with a field, by the names it has in the form and in the server's answer. */
  wrong(...names: string[]): string | undefined;
  /** Whether all these fields are filled in; else the first empty one says so and takes the focus. */
  filled(...fields: readonly (readonly [name: string, value: string])[]): boolean;
  /** Sends the form, one at a time; `refused` may deal with a failure itself and then answers true. */
  run(work: () => Promise<void>, refused?: (error: unknown) => boolean): Promise<void>;
  /** Nothing is wrong any more: another step begins. */
  forget(): void;
}

export function authForm(): AuthFormState {
  const texts = inject(AuthTexts);
  const busy = signal(false);
  const error = signal<unknown>(null);
  const missing = signal<string | null>(null);
  const forget = (): void => {
    error.set(null);
    missing.set(null);
  };
  return {
    busy: busy.asReadonly(),
    failure: computed(() => {
      const now = error();
      return now === null || (now instanceof Problem && now.errors.length) ? '' : texts.of(now);
    }),
    wrong(...names) {
      const empty = missing();
      return empty && names.includes(empty) ? texts.required() : texts.field(error(), ...names);
    },
    filled(...fields) {
      forget();
      const empty = fields.find(([, value]) => !value.trim())?.[0];
      // Said anew each time, so that the field takes the focus again.
      if (empty) queueMicrotask(() => missing.set(empty));
      return !empty;
    },
    async run(work, refused) {
      if (busy()) return;
      busy.set(true);
      forget();
      try {
        await work();
      } catch (failed) {
        if (!refused?.(failed)) error.set(failed);
      } finally {
        busy.set(false);
      }
    },
    forget,
  };
}
