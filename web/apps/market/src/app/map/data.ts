/** What the map asks the server for. */
import { api, call, type Schemas } from '@kerben/api';

export type Place = Schemas['Place'];

export interface Cluster {
  id: string;
  lat: number;
  lon: number;
  count: number;
  buyable_count: number;
  /** West, south, east, north. */
  bbox: [number, number, number, number];
}

export interface MapShop {
  id: string;
  name: string;
  address: string;
  lat: number;
  lon: number;
  place_id: string | null;
  merchant_name: string;
  verified: boolean;
  pos_status: string;
  buy_eligibility: string;
  eligible_until: string | null;
  distance_m?: number;
}

export interface MapAnswer {
  clusters: Cluster[];
  shops: MapShop[];
  total: number;
}

export interface ShopPage {
  items: MapShop[];
  next_cursor: string | null;
}

export interface Circle {
  lat: number;
  lon: number;
  radius: number;
}

/** What is shown: everywhere, or a circle, or a place; all shops or those that sell now. */
export interface Wanted {
  buyable: boolean;
  circle: Circle | null;
  place: string | null;
}

/** The part of the world on the screen; `zoom` as a whole number. */
export interface Look {
  bbox: [number, number, number, number];
  zoom: number;
}

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

const corner = (n: number): string => n.toFixed(5);

function query(wanted: Wanted): Record<string, string | number | boolean> {
  return {
    ...(wanted.buyable ? { buyable: true } : {}),
    ...(wanted.place ? { place_id: wanted.place } : {}),
    ...(wanted.circle
      ? { near: `${wanted.circle.lat},${wanted.circle.lon}`, radius_m: wanted.circle.radius }
      : {}),
  };
}

export const readMap = (look: Look, wanted: Wanted, signal: AbortSignal): Promise<MapAnswer> =>
  call(
    api.GET(
      '/api/v1/map' as never,
      {
        params: { query: { bbox: look.bbox.map(corner).join(','), zoom: look.zoom, ...query(wanted) } },
        signal,
      } as never,
    ) as unknown as Answer<MapAnswer>,
  );

/** Shops one by one: of a rectangle, or found by words of their name; a page of them. */
export const readShops = (
  asked: { bbox: Look['bbox'] | null; q: string; cursor: string | null; wanted: Wanted },
  signal: AbortSignal,
): Promise<ShopPage> =>
  call(
    api.GET(
      '/api/v1/map/shops' as never,
      {
        params: {
          query: {
            ...(asked.bbox ? { bbox: asked.bbox.map((n) => n.toFixed(7)).join(',') } : {}),
            ...(asked.q ? { q: asked.q } : {}),
            ...(asked.cursor ? { cursor: asked.cursor } : {}),
            ...query(asked.wanted),
            limit: 30,
          },
        },
        signal,
      } as never,
    ) as unknown as Answer<ShopPage>,
  );

export const readPlaces = (signal: AbortSignal): Promise<Place[]> =>
  call(api.GET('/api/v1/places', { signal })).then((page) => [...page.items]);
