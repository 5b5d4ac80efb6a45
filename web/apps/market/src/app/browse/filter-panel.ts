import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { parseMajor } from '@kerben/core';
import { Icon } from '@kerben/design';
import { LocateFixed } from 'lucide';
import type { Facets } from './data';
import { Directory } from './directory';
import { type Filters, RADII_M, toggleAttribute } from './filters';
import { attributeName, grouped } from './names';
import { NearMe } from './near-me';

const FEW = 8;
let count = 0;

/** The filters of a list: beside it on wide screens, in a sheet on a phone. Every change is told at once. */
@Component({
  selector: 'k-filter-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  templateUrl: './filter-panel.html',
  styleUrl: './filter-panel.css',
})
export class FilterPanel {
  readonly filters = input.required<Filters>();
  readonly facets = input<Facets>();
  /** What the page itself is about and cannot be changed. */
  readonly fixed = input<'category' | 'shop' | null>(null);
  readonly changed = output<Filters>();
  protected readonly directory = inject(Directory);
  protected readonly nearMe = inject(NearMe);
  protected readonly icon = LocateFixed;
  protected readonly radii = RADII_M;
  protected readonly few = FEW;
  protected readonly name = attributeName;
  /** The panel may stand on the page twice; its radio buttons are their own. */
  protected readonly group = `category-${++count}`;
  /** Lists that are shown whole. */
  protected readonly whole = signal<ReadonlySet<string>>(new Set());
  protected readonly wrongPrice = signal<'priceMin' | 'priceMax' | null>(null);

  protected readonly categories = computed(() => {
    const found = this.facets()?.categories ?? [];
    return found.flatMap((facet) => {
      const category = this.directory.category(facet.category_id);
      return category ? [{ id: category.id, name: category.name, count: facet.count }] : [];
    });
  });

  protected readonly attributes = computed(() => {
    const facets = this.facets()?.attributes ?? {};
    const chosen = this.filters().attributes;
    const names = [...new Set([...Object.keys(facets), ...Object.keys(chosen)])];
    return names
      .map((name) => {
        const found = facets[name] ?? [];
        const lost = (chosen[name] ?? []).filter((v) => !found.some((f) => f.value === v));
        const values = [...lost.map((value) => ({ value, count: 0 })), ...found];
        return { name, values: values.map((v) => ({ ...v, on: chosen[name]?.includes(v.value) ?? false })) };
      })
      .filter((attribute) => attribute.values.length > 1 || attribute.values.some((v) => v.on));
  });

  protected set(change: Partial<Filters>): void {
    this.changed.emit({ ...this.filters(), ...change });
  }

  protected toggle(name: string, value: string): void {
    this.changed.emit(toggleAttribute(this.filters(), name, value));
  }

  protected category(event: Event): void {
    this.set({ category: (event.target as HTMLInputElement).value || null, attributes: {} });
  }

  protected place(event: Event): void {
    this.set({ place: (event.target as HTMLSelectElement).value || null });
  }

  protected radius(event: Event): void {
    this.set({ radius: Number((event.target as HTMLSelectElement).value) });
  }

  protected price(which: 'priceMin' | 'priceMax', event: Event): void {
    const text = (event.target as HTMLInputElement).value.trim();
    const amount = text ? parseMajor(text) : null;
    if (text && amount === null) {
      this.wrongPrice.set(which);
      return;
    }
    this.wrongPrice.set(null);
    if (amount !== this.filters()[which]) this.set({ [which]: amount });
  }

  protected async near(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    if (!box.checked) {
      this.nearMe.state.set('idle');
      this.set({ near: null });
      return;
    }
    const near = await this.nearMe.ask();
    if (near) this.set({ near });
    else box.checked = false;
  }

  protected showAll(name: string): void {
    this.whole.update((all) => new Set([...all, name]));
  }

  protected major(minor: number | null | undefined): string {
    return minor === null || minor === undefined
      ? ''
      : grouped(Math.trunc(minor / 100)) + (minor % 100 ? `,${String(minor % 100).padStart(2, '0')}` : '');
  }
}
