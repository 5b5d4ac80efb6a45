/**
 * Answers of the API that came with the page: what they say is shown in the first drawing already, without a moment of
 * grey shapes, and not asked for again.
 */
import { type Signal, afterNextRender, computed, inject, resource, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { inserted } from '@kerben/core';

const kept = new Map<string, unknown>();

/** A page that the browser took from its cache without asking, after days perhaps, says nothing of now. */
function isFresh(): boolean {
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return visit?.transferSize !== 0;
}
const fresh = isFresh();

/** The answer of `GET address` that came with the page, until it is taken. */
export function came<T>(address: string): T | undefined {
  if (!fresh) return undefined;
  const found = kept.get(address) ?? inserted<T>(address);
  if (found !== undefined) kept.set(address, found);
  return found as T | undefined;
}

/** The same, once: whoever asks again asks the server. */
export function taken<T>(address: string): T | undefined {
  const found = came<T>(address);
  kept.delete(address);
  return found;
}

/** So many goods fill the first screen; the others are drawn right behind it. */
const SEEN_FIRST = 12;

/**
 * Of a list what the first drawing needs, so that it comes soon on a slow device, and all of it from the next frame on;
 * all of it at once for who comes back to a place further down. Call in an injection context.
 */
export function soon<T>(items: Signal<readonly T[]>): Signal<readonly T[]> {
  const router = inject(Router);
  const navigation = router.currentNavigation() ?? router.lastSuccessfulNavigation();
  const drawn = signal(navigation?.trigger === 'popstate');
  afterNextRender(() => requestAnimationFrame(() => setTimeout(() => drawn.set(true))));
  return computed(() => (drawn() ? items() : items().slice(0, SEEN_FIRST)));
}

export interface Reading<T> {
  hasValue(): boolean;
  /** Only while there is one. */
  value(): T;
  readonly error: Signal<unknown>;
  reload(): void;
}

/** A resource whose first value may have come with the page. Call in an injection context. */
export function reading<P, T>(
  params: () => P | undefined,
  address: (params: P) => string,
  load: (params: P, signal: AbortSignal) => Promise<T>,
): Reading<T> {
  const atOnce = computed(() => {
    const p = params();
    return p === undefined ? undefined : untracked(() => came<T>(address(p)));
  });
  const read = resource({
    params,
    loader: async ({ params: p, abortSignal }) => {
      untracked(atOnce); // looked at before it is taken
      return taken<T>(address(p)) ?? (await load(p, abortSignal));
    },
  });
  const value = computed(() => {
    if (read.error()) return undefined;
    return read.hasValue() ? read.value() : atOnce();
  });
  return {
    hasValue: () => value() !== undefined,
    value: () => value()!,
    error: computed(() => read.error()),
    reload: () => void read.reload(),
  };
}
