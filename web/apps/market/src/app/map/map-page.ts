import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { WebConfig } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { List, LocateFixed, Map as MapIcon, X } from 'lucide';
import { grouped } from '../browse/names';
import { NearMe } from '../browse/near-me';
import {
  type Cluster,
  type Look,
  type MapAnswer,
  type MapShop,
  type Wanted,
  readMap,
  readPlaces,
  readShops,
} from './data';
import { MapShopCard } from './shop-card';
import { MapView, type Target } from './map-view';

const RADII = [500, 1000, 2000, 5000, 10_000];
/** An open map reads the market again this often: a till that falls silent shows within five seconds. */
const AGAIN_MS = 4000;
/** Smaller than this (degrees, some 20 m) and looking closer would not part the shops: they are listed. */
const ONE_HOUSE = 0.0003;

/** Markets and shops on a map, with the same shops as a list beside it. */
@Component({
  selector: 'k-map-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Icon, Loading, MapShopCard, MapView, TranslocoDirective],
  templateUrl: './map-page.html',
  styleUrl: './map-page.css',
})
export class MapPage {
  /** Query: the slug of a place, only those that sell now. */
  readonly place = input<string>();
  readonly buyable = input<string>();

  protected readonly near = inject(NearMe);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  protected readonly config = inject(WebConfig).value;
  protected readonly icons = { list: List, map: MapIcon, me: LocateFixed, close: X };
  protected readonly radii = RADII;
  protected readonly grouped = grouped;
  protected readonly places = resource({ loader: ({ abortSignal }) => readPlaces(abortSignal) });
  protected readonly me = signal<{ lat: number; lon: number } | null>(null);
  protected readonly radius = signal(2000);
  protected readonly noMap = signal(false);
  protected readonly view = signal<'map' | 'list'>('map');
  protected readonly look = signal<Look | null>(null);
  protected readonly words = signal('');
  protected readonly opened = signal<Cluster | null>(null);
  protected readonly chosen = signal<MapShop | null>(null);
  private readonly moves = signal<Target | null>(null);

  protected readonly chosenPlace = computed(() =>
    this.places.hasValue() ? (this.places.value().find((p) => p.slug === this.place()) ?? null) : null,
  );
  protected readonly onlyBuyable = computed(() => this.buyable() === '1');
  protected readonly circle = computed(() => {
    const me = this.me();
    return me && { ...me, radius: this.radius() };
  });
  private readonly wanted = computed<Wanted>(() => ({
    buyable: this.onlyBuyable(),
    circle: this.circle(),
    place: this.chosenPlace()?.id ?? null,
  }));
  protected readonly target = linkedSignal<Target | null>(() => {
    const moved = this.moves();
    if (moved) return moved;
    const place = this.chosenPlace();
    return place && { lat: place.lat, lon: place.lon, zoom: place.radius_m > 400 ? 15 : 16 };
  });

  protected readonly map = resource({
    params: () => {
      const look = this.look();
      return look ? { look, wanted: this.wanted() } : undefined;
    },
    loader: ({ params, abortSignal }) => readMap(params.look, params.wanted, abortSignal),
  });
  /** What was read last stays on the map while the next is read. */
  protected readonly shown = linkedSignal<MapAnswer | undefined, MapAnswer | null>({
    source: () => (this.map.hasValue() ? this.map.value() : undefined),
    computation: (now, former) => now ?? former?.value ?? null,
  });
  protected readonly list = resource({
    params: () => ({
      bbox: this.opened()?.bbox ?? (this.words() || this.noMap() ? null : (this.look()?.bbox ?? null)),
      q: this.words(),
      wanted: this.wanted(),
      waits: !this.opened() && !this.words() && !this.noMap() && !this.look(),
    }),
    loader: ({ params, abortSignal }) =>
      params.waits
        ? new Promise<never>(() => undefined)
        : readShops({ ...params, cursor: null }, abortSignal),
  });
  protected readonly shops = linkedSignal(() => (this.list.hasValue() ? this.list.value().items : []));
  protected readonly next = linkedSignal(() => (this.list.hasValue() ? this.list.value().next_cursor : null));
  protected readonly loadingMore = signal(false);

  constructor() {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && this.look() && !this.map.isLoading()) this.map.reload();
    }, AGAIN_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected async showMe(): Promise<void> {
    if (this.me()) {
      this.me.set(null);
      return;
    }
    const found = await this.near.ask();
    if (!found) return;
    this.me.set(found);
    this.moves.set({ ...found, zoom: 14 });
  }

  protected setRadius(event: Event): void {
    this.radius.set(Number((event.target as HTMLSelectElement).value));
  }

  protected setPlace(event: Event): void {
    const slug = (event.target as HTMLSelectElement).value;
    this.moves.set(null);
    this.go({ place: slug || null });
  }

  protected toggleBuyable(): void {
    this.go({ buyable: this.onlyBuyable() ? null : '1' });
  }

  protected find(event: Event): void {
    this.opened.set(null);
    this.words.set((event.target as HTMLInputElement).value.trim().slice(0, 80));
  }

  protected choose(shop: MapShop): void {
    this.chosen.set(shop);
    this.view.set('map');
    this.moves.set({ lat: shop.lat, lon: shop.lon, zoom: Math.max(this.look()?.zoom ?? 0, 16) });
  }

  protected open(cluster: Cluster): void {
    const [west, south, east, north] = cluster.bbox;
    this.chosen.set(null);
    if ((this.look()?.zoom ?? 0) < 17 && (east - west > ONE_HOUSE || north - south > ONE_HOUSE)) {
      this.moves.set({ bbox: cluster.bbox });
      return;
    }
    this.words.set('');
    this.opened.set(cluster);
    this.view.set('list');
  }

  protected async more(): Promise<void> {
    const cursor = this.next();
    if (!cursor || this.loadingMore()) return;
    this.loadingMore.set(true);
    try {
      const asked = { bbox: this.opened()?.bbox ?? null, q: this.words(), cursor, wanted: this.wanted() };
      if (!asked.bbox && !asked.q) asked.bbox = this.look()?.bbox ?? null;
      const page = await readShops(asked, new AbortController().signal);
      this.shops.update((before) => [...before, ...page.items]);
      this.next.set(page.next_cursor);
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.loadingMore.set(false);
    }
  }

  private go(query: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams: query, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
