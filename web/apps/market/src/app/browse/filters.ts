/** The filters of a search: how they stand in the address of the page and in the question to the server. Pure. */

export type Sort = 'relevance' | 'new' | 'price_asc' | 'price_desc';

export interface Near {
  lat: number;
  lon: number;
}

export interface Filters {
  q: string;
  category: string | null;
  /** Only what can be bought online now. */
  buyable: boolean;
  place: string | null;
  near: Near | null;
  radius: number;
  /** Minor units. */
  priceMin: number | null;
  priceMax: number | null;
  sort: Sort;
  attributes: Readonly<Record<string, readonly string[]>>;
}

export const RADII_M = [500, 1000, 2000, 5000, 10_000] as const;
export const RADIUS_M = 2000;
export const SORTS: readonly Sort[] = ['relevance', 'new', 'price_asc', 'price_desc'];
const ATTRIBUTE = 'a.';

export const NONE: Filters = {
  q: '',
  category: null,
  buyable: false,
  place: null,
  near: null,
  radius: RADIUS_M,
  priceMin: null,
  priceMax: null,
  sort: 'relevance',
  attributes: {},
};

/** What a page's address says; anything malformed is left out. */
export interface Address {
  readonly keys: readonly string[];
  get(name: string): string | null;
  getAll(name: string): string[];
}

export function readFilters(address: Address): Filters {
  const attributes: Record<string, readonly string[]> = {};
  for (const key of address.keys) {
    if (key.startsWith(ATTRIBUTE) && key.length > ATTRIBUTE.length) {
      const values = [...new Set(address.getAll(key).filter(Boolean))];
      if (values.length) attributes[key.slice(ATTRIBUTE.length)] = values;
    }
  }
  const radius = Number(address.get('r'));
  const sort = address.get('sort') as Sort;
  return {
    q: (address.get('q') ?? '').trim().slice(0, 200),
    category: uuid(address.get('c')),
    buyable: address.get('now') === '1',
    place: uuid(address.get('place')),
    near: readNear(address.get('near')),
    radius: RADII_M.includes(radius as never) ? radius : RADIUS_M,
    priceMin: whole(address.get('min')),
    priceMax: whole(address.get('max')),
    sort: SORTS.includes(sort) ? sort : 'relevance',
    attributes,
  };
}

/** The query of the page's address; what is not set is not there. */
export function toAddress(f: Filters): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  if (f.q) query['q'] = f.q;
  if (f.category) query['c'] = f.category;
  if (f.buyable) query['now'] = '1';
  if (f.place) query['place'] = f.place;
  if (f.near) {
    query['near'] = `${f.near.lat},${f.near.lon}`;
    if (f.radius !== RADIUS_M) query['r'] = String(f.radius);
  }
  if (f.priceMin !== null) query['min'] = String(f.priceMin);
  if (f.priceMax !== null) query['max'] = String(f.priceMax);
  if (f.sort !== 'relevance') query['sort'] = f.sort;
  for (const [name, values] of Object.entries(f.attributes))
    if (values.length) query[ATTRIBUTE + name] = [...values];
  return query;
}

/** The question to `GET /search`. */
export function toSearch(f: Filters, limit: number): Record<string, string | readonly string[]> {
  const query: Record<string, string | readonly string[]> = { limit: String(limit) };
  if (f.q) query['q'] = f.q;
  if (f.category) query['category_id'] = f.category;
  if (f.buyable) query['buyable'] = 'true';
  if (f.place) query['place_id'] = f.place;
  if (f.near) {
    query['near'] = `${f.near.lat},${f.near.lon}`;
    query['radius_m'] = String(f.radius);
  }
  // The wrong way round is understood all the same.
  const [low, high] =
    f.priceMin !== null && f.priceMax !== null && f.priceMin > f.priceMax
      ? [f.priceMax, f.priceMin]
      : [f.priceMin, f.priceMax];
  if (low !== null) query['price_min'] = String(low);
  if (high !== null) query['price_max'] = String(high);
  if (f.sort !== 'relevance') query['sort'] = f.sort;
  for (const [name, values] of Object.entries(f.attributes))
    if (values.length) query[`attr.${name}`] = values;
  return query;
}

/** An address of the API as the server writes it beside an answer that comes with a page: parameters by their names. */
export function addressOf(
  path: string,
  query: Readonly<Record<string, string | number | readonly string[]>>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) parameters.append(name, String(one));
  parameters.sort();
  return `${path}?${parameters.toString()}`;
}

/** How many filters narrow the list, for the button that opens them; the words and the order are not filters. */
export function countFilters(f: Filters): number {
  const attributes = Object.values(f.attributes).filter((values) => values.length).length;
  return (
    [f.category, f.buyable, f.place, f.near, f.priceMin !== null || f.priceMax !== null].filter(Boolean)
      .length + attributes
  );
}

/** The value of an attribute taken or put back. */
export function toggleAttribute(f: Filters, name: string, value: string): Filters {
  const now = f.attributes[name] ?? [];
  const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value];
  return { ...f, attributes: { ...f.attributes, [name]: next } };
}

function uuid(text: string | null): string | null {
  return text && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : null;
}

function whole(text: string | null): number | null {
  return text && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function readNear(text: string | null): Near | null {
  const match = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)$/.exec(text ?? '');
  if (!match) return null;
  const [lat, lon] = [Number(match[1]), Number(match[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
