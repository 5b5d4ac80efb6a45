import { type Signal, computed, inject, linkedSignal, resource, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Toasts } from '@kerben/design';
import type { Page } from './data';

interface Kept {
  pages: readonly unknown[];
  at: number;
}

interface Shown<P, A> {
  of: P;
  pages: readonly A[];
}

const KEPT_MS = 300_000;
const KEPT_MAX = 20;
const kept = new Map<string, Kept>();

export interface Paged<T, A extends Page<T>> {
  /** The first page, also the previous one while another is being read. */
  readonly first: Signal<A | undefined>;
  readonly items: Signal<readonly T[]>;
  readonly error: Signal<unknown>;
  readonly loading: Signal<boolean>;
  readonly hasMore: Signal<boolean>;
  readonly loadingMore: Signal<boolean>;
  more(): Promise<void>;
  reload(): void;
}

/**
 * A list read page by page. What was shown stays while other parameters load, and comes back at once, with all its
 * pages, when the person goes back to it, so that the browser finds the place where they were. `name` tells the lists
 * of one application apart. `came` gives a first page that came with the program's own page. Call in an injection
 * context.
 */
export function paged<P, T, A extends Page<T>>(
  name: string,
  params: () => P | undefined,
  load: (params: P, cursor: string | undefined, signal: AbortSignal) => Promise<A>,
  came: (params: P) => A | undefined = () => undefined,
): Paged<T, A> {
  const router = inject(Router);
  const toasts = inject(Toasts);
  const key = (p: P): string => `${name}|${JSON.stringify(p)}`;
  // Asked at the moment of loading: whether this address was come back to.
  const back = (): boolean =>
    (router.currentNavigation() ?? router.lastSuccessfulNavigation())?.trigger === 'popstate';

  const remembered = (p: P): Shown<P, A> | undefined => {
    const was = kept.get(key(p));
    if (!was || Date.now() - was.at > KEPT_MS || !back()) return undefined;
    return { of: p, pages: was.pages as readonly A[] };
  };
  const first = (p: P): Shown<P, A> | undefined => {
    const page = came(p);
    return page && { of: p, pages: [page] };
  };
  // The first drawing has to be whole already: the browser's place is sought right after it.
  const atOnce = computed(() => {
    const p = params();
    return p === undefined ? undefined : untracked(() => remembered(p) ?? first(p));
  });

  const read = resource({
    params,
    loader: async ({ params: p, abortSignal, previous }): Promise<Shown<P, A>> => {
      untracked(atOnce); // looked at before it is taken
      const was = previous.status === 'reloading' ? undefined : remembered(p);
      if (was) return was;
      return { of: p, pages: [await load(p, undefined, abortSignal)] };
    },
  });
  const shown = linkedSignal<Shown<P, A> | undefined, Shown<P, A> | undefined>({
    source: () => (read.hasValue() ? read.value() : atOnce()),
    computation: (now, previous) => now ?? previous?.value,
  });
  // What is there at once is not waited for.
  const loading = computed(
    () => read.isLoading() && (read.status() === 'reloading' || atOnce() === undefined),
  );
  const loadingMore = signal(false);
  const last = computed(() => shown()?.pages.at(-1));

  return {
    first: computed(() => shown()?.pages[0]),
    items: computed(() => (shown()?.pages ?? []).flatMap((page) => page.items)),
    error: computed(() => read.error()),
    loading,
    hasMore: computed(() => Boolean(last()?.next_cursor) && !loading()),
    loadingMore: loadingMore.asReadonly(),
    async more() {
      const at = shown();
      const cursor = last()?.next_cursor;
      if (!at || !cursor || loadingMore()) return;
      loadingMore.set(true);
      try {
        const next = await load(at.of, cursor, AbortSignal.timeout(30_000));
        if (shown() !== at) return; // other parameters meanwhile
        const pages = [...at.pages, next];
        shown.set({ of: at.of, pages });
        kept.delete(key(at.of));
        kept.set(key(at.of), { pages, at: Date.now() });
        if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
      } catch (error) {
        toasts.bad(error);
      } finally {
        loadingMore.set(false);
      }
    },
    reload: () => void read.reload(),
  };
}
