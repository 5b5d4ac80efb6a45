/** What the map asks the server for. */
import { api, call, type Schemas } from '@kerben/api';

export type Place = Schemas['Place'];

export type Cluster = Schemas['ClusterView'];
export type MapShop = Schemas['MapShop'];
export type MapAnswer = Schemas['MapView'];

export interface ShopPage {
  items: readonly MapShop[];
  next_cursor?: string | null;
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

const corner = (n: number): string => n.toFixed(5);

function query(wanted: Wanted): {
  buyable?: boolean;
  place_id?: string;
  near?: string;
  radius_m?: number;
} {
  return {
    ...(wanted.buyable ? { buyable: true } : {}),
    ...(wanted.place ? { place_id: wanted.place } : {}),
    ...(wanted.circle
      ? { near: `${wanted.circle.lat},${wanted.circle.lon}`, radius_m: wanted.circle.radius }
      : {}),
  };
}

// The client's types make lists of tuples: a box has four numbers all the same.
export const readMap = (look: Look, wanted: Wanted, signal: AbortSignal): Promise<MapAnswer> =>
  call(
    api.GET('/api/v1/map', {
      params: { query: { bbox: look.bbox.map(corner).join(','), zoom: look.zoom, ...query(wanted) } },
      signal,
    }),
  ) as Promise<MapAnswer>;

/** Shops one by one: of a rectangle, or found by words of their name; a page of them. */
export const readShops = (
  asked: { bbox: readonly number[] | null; q: string; cursor: string | null; wanted: Wanted },
  signal: AbortSignal,
): Promise<ShopPage> =>
  call(
    api.GET('/api/v1/map/shops', {
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
    }),
  );

export const readPlaces = (signal: AbortSignal): Promise<Place[]> =>
  call(api.GET('/api/v1/places', { signal })).then((page) => [...page.items]);
