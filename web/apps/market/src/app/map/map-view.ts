import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  afterNextRender,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Languages, type WebConfigData } from '@kerben/core';
import type { FeatureCollection } from 'geojson';
import type { Map as MapLibre, Marker } from 'maplibre-gl';
import type { Circle, Cluster, Look, MapAnswer, MapShop, Place } from './data';
import { circle, palette, plainStyle } from './style';

/** Where to look; each new value moves the map. */
export interface Target {
  bbox?: readonly [number, number, number, number];
  lat?: number;
  lon?: number;
  zoom?: number;
}

/** The map itself. Shops and clusters are real buttons on it, so that they can be reached without a mouse. */
@Component({
  selector: 'k-map-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<div #holder class="holder"></div>`,
  styleUrl: './map-view.css',
})
export class MapView {
  readonly config = input.required<WebConfigData>();
  readonly places = input.required<readonly Place[]>();
  readonly answer = input<MapAnswer | null>(null);
  readonly chosen = input<string | null>(null);
  readonly circle = input<Circle | null>(null);
  readonly target = input<Target | null>(null);
  readonly moved = output<Look>();
  readonly shopChosen = output<MapShop>();
  readonly clusterChosen = output<Cluster>();
  /** The browser cannot draw maps; the list beside it does without. */
  readonly failed = output<void>();

  private readonly holder = viewChild.required<ElementRef<HTMLElement>>('holder');
  private readonly words = inject(TranslocoService);
  private readonly languages = inject(Languages);
  private readonly map = signal<MapLibre | null>(null);
  private readonly markers = new Map<string, Marker>();
  private library: typeof import('maplibre-gl') | undefined;
  private closed = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.closed = true;
      this.map()?.remove();
    });
    afterNextRender(() => void this.start());
    effect(() => this.draw(this.map(), this.answer(), this.chosen(), this.languages.current()));
    effect(() => this.look(this.map(), this.target()));
    effect(() => this.ring(this.map(), this.circle()));
  }

  private async start(): Promise<void> {
    try {
      this.library = await import('maplibre-gl');
    } catch {
      this.failed.emit();
      return;
    }
    if (this.closed) return;
    const { Map: MapClass, NavigationControl, AttributionControl, setWorkerUrl } = this.library;
    setWorkerUrl(new URL('vendor/maplibre-gl-worker.mjs', document.baseURI).href);
    const { default_center: middle, tile_url: url, tile_attribution } = this.config();
    const colours = palette(this.holder().nativeElement);
    let map: MapLibre;
    try {
      map = new MapClass({
        container: this.holder().nativeElement,
        style: plainStyle(
          colours,
          this.places(),
          middle,
          url ? { url, attribution: tile_attribution } : null,
        ),
        ...(this.around() ?? { center: [middle.lon, middle.lat], zoom: middle.zoom }),
        minZoom: 4,
        maxZoom: 19,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        fadeDuration: 0,
        locale: this.controlNames(),
      });
    } catch {
      this.failed.emit(); // no WebGL
      return;
    }
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    if (url) map.addControl(new AttributionControl({ compact: true }));
    map.getCanvas().setAttribute('aria-label', this.words.translate('map.canvas'));
    for (const place of this.places()) {
      const label = document.createElement('div');
      label.className = 'place';
      const name = document.createElement('span');
      name.textContent = place.name;
      label.append(name);
      new this.library.Marker({ element: label }).setLngLat([place.lon, place.lat]).addTo(map);
    }
    map.on('moveend', () => this.tell(map));
    map.on('move', () => this.declutter());
    map.once('load', () => {
      map.addSource('ring', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      const edge = getComputedStyle(document.documentElement).getPropertyValue('--issyk')
        ? colours.edge
        : '#1b6784';
      map.addLayer({
        id: 'ring',
        type: 'line',
        source: 'ring',
        paint: { 'line-color': edge, 'line-width': 2 },
      });
      this.map.set(map);
      this.tell(map);
    });
  }

  private controlNames(): Record<string, string> {
    return {
      'NavigationControl.ZoomIn': this.words.translate('map.zoom_in'),
      'NavigationControl.ZoomOut': this.words.translate('map.zoom_out'),
    };
  }

  /** The map's own buttons do not hear of a change of language. */
  private rename(): void {
    const names = this.controlNames();
    for (const which of ['In', 'Out']) {
      const button = this.holder().nativeElement.querySelector(
        `.maplibregl-ctrl-zoom-${which.toLowerCase()}`,
      );
      const name = names[`NavigationControl.Zoom${which}`]!;
      button?.setAttribute('aria-label', name);
      button?.setAttribute('title', name);
    }
    this.map()?.getCanvas().setAttribute('aria-label', this.words.translate('map.canvas'));
  }

  /** Names that would lie on a mark or on another name go below their place, or are left out. */
  private declutter(): void {
    const holder = this.holder().nativeElement;
    const taken = [...holder.querySelectorAll('.pin')].map((pin) => pin.getBoundingClientRect());
    for (const name of holder.querySelectorAll<HTMLElement>('.place > span')) {
      name.className = '';
      const free = (): boolean => {
        const box = name.getBoundingClientRect();
        const covered = taken.some(
          (t) => t.left < box.right && t.right > box.left && t.top < box.bottom && t.bottom > box.top,
        );
        if (!covered) taken.push(box);
        return !covered;
      };
      if (free()) continue;
      name.className = 'below';
      if (!free()) name.className = 'hidden';
    }
  }

  /** All places of the market on one screen; nothing when there are none yet. */
  private around(): {
    bounds: [number, number, number, number];
    fitBoundsOptions: { padding: number };
  } | null {
    const places = this.places();
    if (!places.length) return null;
    const [lons, lats] = [places.map((p) => p.lon), places.map((p) => p.lat)];
    return {
      bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
      fitBoundsOptions: { padding: 64 },
    };
  }

  private tell(map: MapLibre): void {
    const bounds = map.getBounds();
    this.moved.emit({
      // The server takes no box across the edge of the world.
      bbox: [
        Math.max(-180, bounds.getWest()),
        Math.max(-85, bounds.getSouth()),
        Math.min(180, bounds.getEast()),
        Math.min(85, bounds.getNorth()),
      ],
      zoom: Math.max(0, Math.min(22, Math.floor(map.getZoom()))),
    });
  }

  private look(map: MapLibre | null, target: Target | null): void {
    if (!map || !target) return;
    const animate = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (target.bbox) {
      map.fitBounds(target.bbox as [number, number, number, number], {
        padding: 80,
        maxZoom: 18,
        animate,
        duration: 200,
      });
    } else if (target.lat !== undefined && target.lon !== undefined) {
      map.easeTo({
        center: [target.lon, target.lat],
        zoom: target.zoom ?? Math.max(map.getZoom(), 15),
        animate,
        duration: 200,
      });
    }
  }

  private ring(map: MapLibre | null, ring: Circle | null): void {
    const source = map?.getSource('ring') as { setData(data: FeatureCollection): void } | undefined;
    source?.setData({
      type: 'FeatureCollection',
      features: ring
        ? [
            {
              type: 'Feature',
              properties: {},
              geometry: { type: 'LineString', coordinates: circle(ring.lat, ring.lon, ring.radius) },
            },
          ]
        : [],
    });
  }

  /** Buttons that are there already stay: the focus on them must not be lost when the market is read again. */
  private draw(
    map: MapLibre | null,
    answer: MapAnswer | null,
    chosen: string | null,
    _language: string,
  ): void {
    if (!map || !answer || !this.library) return;
    const wanted = new Set<string>();
    for (const cluster of answer.clusters) {
      const key = `c${cluster.id}:${cluster.count}:${cluster.lat.toFixed(5)},${cluster.lon.toFixed(5)}`;
      wanted.add(key);
      const button = this.button(map, key, cluster, () => this.clusterChosen.emit(cluster));
      button.className = `pin cluster${cluster.buyable_count ? ' live' : ''}`;
      button.textContent = String(cluster.count);
      button.setAttribute(
        'aria-label',
        this.words.translate('map.cluster', { n: cluster.count, live: cluster.buyable_count }),
      );
    }
    for (const shop of answer.shops) {
      wanted.add(shop.id);
      const button = this.button(map, shop.id, shop, () => this.shopChosen.emit(shop));
      const live = shop.buy_eligibility === 'online_purchase';
      button.className = `pin shop${live ? ' live' : ''}`;
      button.setAttribute('aria-label', shop.name);
      button.title = shop.name;
      button.setAttribute('aria-pressed', String(shop.id === chosen));
    }
    for (const [key, marker] of this.markers) {
      if (!wanted.has(key)) {
        marker.remove();
        this.markers.delete(key);
      }
    }
    this.rename();
    this.declutter();
  }

  private button(
    map: MapLibre,
    key: string,
    at: { lat: number; lon: number },
    click: () => void,
  ): HTMLButtonElement {
    const known = this.markers.get(key);
    const button = (known?.getElement().firstElementChild ??
      document.createElement('button')) as HTMLButtonElement;
    button.onclick = (event) => {
      event.stopPropagation();
      click();
    };
    if (!known) {
      button.type = 'button';
      const holder = document.createElement('div');
      holder.append(button);
      // The marker sets classes and a transform of its own on the holder.
      this.markers.set(
        key,
        new this.library!.Marker({ element: holder }).setLngLat([at.lon, at.lat]).addTo(map),
      );
    }
    return button;
  }
}
