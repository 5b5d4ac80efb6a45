import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon, Picture } from '@kerben/design';
import { Clock3, LayoutGrid, Search, Store, X } from 'lucide';
import { filter, map, startWith } from 'rxjs';
import { readSuggestions } from './data';
import { recentSearches } from './recent';

type Option =
  | { kind: 'recent'; id: string; text: string }
  | { kind: 'clear'; id: string; text: string }
  | { kind: 'category'; id: string; text: string; to: string }
  | { kind: 'shop'; id: string; text: string; place: string | null; to: string }
  | { kind: 'product'; id: string; text: string; picture: string | null; price: string; to: string };

const PAUSE_MS = 140;
/** What a new search keeps of the old one's address. */
const KEPT = ['now', 'place', 'near', 'r', 'sort'];
let count = 0;

/** The search field with suggestions: a combobox with a list as WAI-ARIA's authoring practices describe it. */
@Component({
  selector: 'k-search-box',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Picture, TranslocoDirective],
  templateUrl: './search-box.html',
  styleUrl: './search-box.css',
  host: { '(focusout)': 'left($event)' },
})
export class SearchBox {
  readonly large = input(false);
  protected readonly listId = `k-search-${++count}`;
  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map(() => this.router.url),
      startWith(this.router.url),
    ),
    { requireSync: true },
  );
  protected readonly icons = { search: Search, clear: X, recent: Clock3, category: LayoutGrid, shop: Store };
  protected readonly text = linkedSignal(() => {
    const tree = this.router.parseUrl(this.url());
    return this.url().startsWith('/search') ? String(tree.queryParams['q'] ?? '') : '';
  });
  protected readonly open = signal(false);
  protected readonly active = signal(-1);
  private readonly recent = signal<readonly string[]>([]);

  private readonly found = resource({
    params: () => (this.open() && this.text().trim().length > 1 ? this.text().trim() : undefined),
    loader: async ({ params, abortSignal }) => {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      return abortSignal.aborted ? null : readSuggestions(params, abortSignal);
    },
  });
  // What was suggested stays until the next letters' suggestions are there.
  private readonly suggestions = linkedSignal<
    Awaited<ReturnType<typeof readSuggestions>> | null,
    Awaited<ReturnType<typeof readSuggestions>> | null
  >({
    source: () => (this.found.hasValue() ? this.found.value() : null),
    computation: (now, before) => now ?? (this.found.isLoading() ? (before?.value ?? null) : null),
  });

  protected readonly options = computed<Option[]>(() => {
    if (!this.open()) return [];
    if (!this.text().trim()) {
      const recent = this.recent().map((q, n) => ({
        kind: 'recent' as const,
        id: `${this.listId}-r${n}`,
        text: q,
      }));
      return recent.length ? [...recent, { kind: 'clear', id: `${this.listId}-clear`, text: '' }] : [];
    }
    const s = this.suggestions();
    if (!s) return [];
    return [
      ...s.categories.map((c) => ({
        kind: 'category' as const,
        id: `${this.listId}-c${c.id}`,
        text: c.name,
        to: `/c/${c.id}`,
      })),
      ...s.products.map((p) => ({
        kind: 'product' as const,
        id: `${this.listId}-p${p.id}`,
        text: p.name,
        picture: p.picture,
        price: p.price?.display ?? '',
        to: `/p/${p.id}`,
      })),
      ...s.shops.map((shop) => ({
        kind: 'shop' as const,
        id: `${this.listId}-s${shop.id}`,
        text: shop.name,
        place: shop.place_name,
        to: `/s/${shop.id}`,
      })),
    ];
  });
  protected readonly activeId = computed(() => this.options()[this.active()]?.id ?? null);
  protected readonly expanded = computed(() => this.options().length > 0);

  focus(): void {
    this.field().nativeElement.focus();
  }

  protected typed(event: Event): void {
    this.text.set((event.target as HTMLInputElement).value);
    this.show();
  }

  protected show(): void {
    this.recent.set(recentSearches.all());
    this.active.set(-1);
    this.open.set(true);
  }

  protected left(event: FocusEvent): void {
    const next = event.relatedTarget;
    if (!(next instanceof Node) || !this.host.nativeElement.contains(next)) this.open.set(false);
  }

  protected key(event: KeyboardEvent): void {
    const last = this.options().length - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!this.open()) {
        this.show();
        return;
      }
      const down = event.key === 'ArrowDown';
      this.active.update((at) => (down ? (at >= last ? -1 : at + 1) : at < 0 ? last : at - 1));
      queueMicrotask(() =>
        document.getElementById(this.activeId() ?? '')?.scrollIntoView({ block: 'nearest' }),
      );
    } else if (event.key === 'Enter') {
      const option = this.options()[this.active()];
      if (option) {
        event.preventDefault();
        this.take(option);
      }
    } else if (event.key === 'Escape') {
      if (this.expanded()) this.open.set(false);
      else this.text.set('');
      event.preventDefault();
    }
  }

  protected submit(event: Event): void {
    event.preventDefault();
    this.search(this.text());
  }

  protected clear(): void {
    this.text.set('');
    this.focus();
    this.show();
  }

  protected take(option: Option): void {
    if (option.kind === 'clear') {
      recentSearches.clear();
      this.show();
    } else if (option.kind === 'recent') {
      this.text.set(option.text);
      this.search(option.text);
    } else {
      this.open.set(false);
      recentSearches.add(this.text());
      void this.router.navigateByUrl(option.to);
    }
  }

  private search(text: string): void {
    const q = text.trim();
    recentSearches.add(q);
    this.open.set(false);
    this.field().nativeElement.blur();
    const now = this.router.parseUrl(this.router.url).queryParams;
    const kept = this.router.url.startsWith('/search')
      ? Object.fromEntries(KEPT.filter((name) => name in now).map((name) => [name, now[name] as string]))
      : {};
    void this.router.navigate(['/search'], { queryParams: q ? { ...kept, q } : kept });
  }
}
