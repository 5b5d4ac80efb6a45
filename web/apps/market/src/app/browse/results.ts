import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { formatMoney } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading } from '@kerben/design';
import { SlidersHorizontal, X } from 'lucide';
import { came, soon } from './came';
import { PAGE, type Product, type SearchPage, search, searchAddress } from './data';
import { Directory } from './directory';
import { FilterPanel } from './filter-panel';
import {
  type Filters,
  NONE,
  SORTS,
  type Sort,
  countFilters,
  readFilters,
  toAddress,
  toSearch,
} from './filters';
import { GoodsList } from './goods';
import { grouped } from './names';
import { paged } from './paged';

const TOTAL_MAX = 5000;

/** What is found, with filters: all of it is in the page's address. A category's and a shop's goods are lists of these too. */
@Component({
  selector: 'k-results',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Empty, Failed, FilterPanel, GoodsList, Icon, Loading, RouterLink, TranslocoDirective],
  templateUrl: './results.html',
  styleUrl: './results.css',
})
export class Results {
  /** The page's own category or shop. */
  readonly category = input<string | null>(null);
  readonly shop = input<string | null>(null);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly directory = inject(Directory);
  private readonly address = toSignal(this.route.queryParamMap, {
    initialValue: this.route.snapshot.queryParamMap,
  });
  protected readonly icons = { filters: SlidersHorizontal, remove: X };
  protected readonly sheet = signal(false);
  protected readonly fixed = computed(() => (this.shop() ? 'shop' : this.category() ? 'category' : null));
  protected readonly filters = computed<Filters>(() => {
    const filters = readFilters(this.address());
    return this.category() ? { ...filters, category: null } : filters;
  });
  protected readonly sorts = computed(() =>
    this.filters().q || this.filters().near ? SORTS : SORTS.filter((s) => s !== 'relevance'),
  );
  /** Without words there is nothing to be relevant to: the newest come first. */
  protected readonly sort = computed<Sort>(() => {
    const { sort } = this.filters();
    return sort === 'relevance' && !this.sorts().includes('relevance') ? 'new' : sort;
  });
  protected readonly chosen = computed(() => countFilters(this.filters()));

  protected readonly list = paged<Record<string, string | readonly string[]>, Product, SearchPage>(
    'results',
    () => {
      const filters = { ...this.filters(), sort: this.sort() };
      const category = this.category() ?? filters.category;
      const shop = this.shop();
      return { ...toSearch({ ...filters, category }, PAGE), ...(shop ? { shop_id: shop } : {}) };
    },
    (query, cursor, signal) => search(cursor ? { ...query, cursor } : query, signal),
    (query) => came<SearchPage>(searchAddress(query)),
  );
  protected readonly goods = soon(this.list.items);
  protected readonly total = computed(() => this.list.first()?.total ?? 0);
  protected readonly many = TOTAL_MAX;
  protected readonly grouped = grouped;

  /** What narrows the list, each with the filters that are left without it. */
  protected readonly tags = computed(() => {
    const f = this.filters();
    const tags: { key: string; text: string; param?: object; without: Partial<Filters> }[] = [];
    if (f.category) {
      const text = this.directory.category(f.category)?.name;
      if (text) tags.push({ key: '', text, without: { category: null } });
    }
    if (f.buyable) tags.push({ key: 'browse.buyable', text: '', without: { buyable: false } });
    const place = this.directory.place(f.place)?.name;
    if (place) tags.push({ key: '', text: place, without: { place: null } });
    if (f.near) tags.push({ key: 'browse.near_me', text: '', without: { near: null } });
    if (f.priceMin !== null)
      tags.push({
        key: 'browse.from',
        text: '',
        param: { price: formatMoney(f.priceMin) },
        without: { priceMin: null },
      });
    if (f.priceMax !== null)
      tags.push({
        key: 'browse.to',
        text: '',
        param: { price: formatMoney(f.priceMax) },
        without: { priceMax: null },
      });
    for (const [name, values] of Object.entries(f.attributes))
      for (const value of values)
        tags.push({
          key: '',
          text: value,
          without: { attributes: { ...f.attributes, [name]: values.filter((v) => v !== value) } },
        });
    return tags;
  });

  constructor() {
    // The sheet belongs to the phone; a wider window shows the panel itself.
    const wide = matchMedia('(width >= 900px)');
    effect((onCleanup) => {
      if (!this.sheet()) return;
      const close = (): void => untracked(() => this.sheet.set(false));
      wide.addEventListener('change', close);
      onCleanup(() => wide.removeEventListener('change', close));
    });
  }

  protected use(filters: Filters): void {
    const next = this.category() ? { ...filters, category: null } : filters;
    void this.router.navigate([], { relativeTo: this.route, queryParams: toAddress(next), replaceUrl: true });
  }

  protected drop(without: Partial<Filters>): void {
    this.use({ ...this.filters(), ...without });
  }

  protected reset(): void {
    this.use({ ...NONE, q: this.filters().q });
  }

  protected order(event: Event): void {
    const sort = (event.target as HTMLSelectElement).value as Sort;
    const unsaid = sort === 'new' && !this.sorts().includes('relevance') ? 'relevance' : sort;
    this.drop({ sort: unsaid });
  }
}
