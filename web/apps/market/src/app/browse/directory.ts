import { Injectable, computed } from '@angular/core';
import { api, call } from '@kerben/api';
import { reading } from './came';
import type { Category, Place } from './data';

/** Categories and places: small, the same on every page, read once. */
@Injectable({ providedIn: 'root' })
export class Directory {
  readonly categories = reading(
    () => '/api/v1/categories' as const,
    String,
    (path, signal) => call(api.GET(path, { signal })),
  );
  readonly places = reading(
    () => '/api/v1/places' as const,
    String,
    (path, signal) => call(api.GET(path, { signal })),
  );
  private readonly known = computed(
    () =>
      new Map(this.categories.hasValue() ? this.categories.value().items.map((c) => [c.id, c] as const) : []),
  );

  readonly allPlaces = computed<readonly Place[]>(() =>
    this.places.hasValue() ? this.places.value().items : [],
  );

  category(id: string | null | undefined): Category | undefined {
    return id ? this.known().get(id) : undefined;
  }

  /** A category with all above it, the root first. */
  trail(id: string | null | undefined): Category[] {
    const trail: Category[] = [];
    for (let at = this.category(id); at && !trail.includes(at); at = this.category(at.parent_id))
      trail.unshift(at);
    return trail;
  }

  /** What lies directly below a category; the roots for null. */
  below(id: string | null): Category[] {
    return [...this.known().values()].filter((c) => (c.parent_id ?? null) === id);
  }

  place(id: string | null | undefined): Place | undefined {
    return id ? this.allPlaces().find((p) => p.id === id) : undefined;
  }
}
