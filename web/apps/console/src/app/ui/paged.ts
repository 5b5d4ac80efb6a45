import { type Signal, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { Toasts } from '@kerben/design';
import { type PageOf, type Route, ask } from '../data/ask';

/** A list that comes page by page: `shown` grows by `more()`, is read again by `reload()` and when the filters change. */
export interface Paged<T> {
  /** Undefined until the first page is there. */
  readonly shown: Signal<readonly T[] | undefined>;
  readonly error: Signal<unknown>;
  readonly hasMore: Signal<boolean>;
  readonly busy: Signal<boolean>;
  more(): Promise<void>;
  reload(): void;
  /** Puts a changed row in the place of the old one. */
  change(is: (row: T) => boolean, row: T): void;
  remove(is: (row: T) => boolean): void;
}

function paged<T, F extends object>(
  filters: () => F,
  load: (filters: F, cursor: string | undefined, signal: AbortSignal | undefined) => Promise<PageOf<T>>,
): Paged<T> {
  const toasts = inject(Toasts);
  const busy = signal(false);
  const first = resource({
    params: filters,
    loader: ({ params, abortSignal }) => load(params as F, undefined, abortSignal),
  });
  // The old rows stay while new ones are on their way.
  const page = linkedSignal<PageOf<T> | undefined, PageOf<T> | undefined>({
    source: () => (first.hasValue() ? (first.value() as PageOf<T>) : undefined),
    computation: (now, before) => now ?? before?.value,
  });
  return {
    shown: computed(() => page()?.items),
    error: computed(() => first.error()),
    hasMore: computed(() => !!page()?.next_cursor),
    busy: computed(() => busy() || first.isLoading()),
    async more() {
      const now = page();
      if (!now?.next_cursor || busy()) return;
      busy.set(true);
      try {
        const next = await load(filters(), now.next_cursor, undefined);
        // Other filters were chosen meanwhile: this page belongs to the list of before.
        if (page() === now)
          page.set({ items: [...now.items, ...next.items], next_cursor: next.next_cursor ?? null });
      } catch (error) {
        toasts.bad(error);
      } finally {
        busy.set(false);
      }
    },
    reload: () => void first.reload(),
    change: (is, row) =>
      page.update((now) => now && { ...now, items: now.items.map((old) => (is(old) ? row : old)) }),
    remove: (is) => page.update((now) => now && { ...now, items: now.items.filter((old) => !is(old)) }),
  };
}

/** The list of a route that pages by `cursor`, with what its filters say now. */
export function listOf<T>(
  path: Route,
  filters: () => Record<string, string | boolean | undefined>,
): Paged<T> {
  return paged(filters, (query, cursor, signal) =>
    ask<PageOf<T>>('GET', path, { query: { ...query, cursor, limit: 50 }, ...(signal ? { signal } : {}) }),
  );
}
