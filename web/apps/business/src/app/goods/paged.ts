import { computed, signal } from '@angular/core';
import type { Page } from './goods-api';

type Load<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

/** A list that grows by «Показать ещё». What is shown stays until the new first page is there. */
export class Paged<T> {
  private readonly found = signal<readonly T[] | null>(null);
  private readonly cursor = signal<string | null>(null);
  private load: Load<T> | null = null;
  private abort = new AbortController();

  readonly items = this.found.asReadonly();
  readonly error = signal<unknown>(null);
  readonly busy = signal(false);
  readonly hasMore = computed(() => this.cursor() !== null);

  /** Shows the first page of another list; `keep` leaves what is shown until then. */
  start(load: Load<T>, keep = true): void {
    this.load = load;
    if (!keep) this.found.set(null);
    void this.run(undefined);
  }

  again(): void {
    void this.run(undefined);
  }

  more(): void {
    const cursor = this.cursor();
    if (cursor && !this.busy()) void this.run(cursor);
  }

  update(change: (items: readonly T[]) => readonly T[]): void {
    this.found.update((items) => (items ? change(items) : items));
  }

  stop(): void {
    this.abort.abort();
  }

  private async run(cursor: string | undefined): Promise<void> {
    if (!this.load) return;
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    this.busy.set(true);
    try {
      const page = await this.load(cursor, signal);
      if (signal.aborted) return;
      this.found.update((items) => (cursor ? [...(items ?? []), ...page.items] : page.items));
      this.cursor.set(page.next_cursor ?? null);
      this.error.set(null);
    } catch (error) {
      if (!signal.aborted) this.error.set(error);
    } finally {
      if (!signal.aborted) this.busy.set(false);
    }
  }
}
