/** What the browsing pages ask the server for. */
import { api, call, type Schemas } from '@kerben/api';
import { taken } from './came';
import { addressOf } from './filters';

export type Product = Schemas['ProductView'];
export type Variant = Schemas['VariantView'];
export type Category = Schemas['CategoryView'];
export type Place = Schemas['Place'];
export type Facets = Schemas['Facets'];
export type Shop = Schemas['domains_merchants_controllers_ShopView'];
export type SearchPage = Schemas['SearchPage'];

export interface Page<T> {
  items: readonly T[];
  next_cursor?: string | null | undefined;
}

export type Home = Schemas['HomeView'];
export type Suggestions = Schemas['SuggestionsView'];

export const PAGE = 24;

export const HOME = '/api/v1/home';

export const readHome = async (signal: AbortSignal): Promise<Home> =>
  taken<Home>(HOME) ?? (await call(api.GET(HOME, { signal })));

export const readSuggestions = (q: string, signal: AbortSignal): Promise<Suggestions> =>
  call(api.GET('/api/v1/search/suggestions', { params: { query: { q } }, signal }));

export type SearchQuery = Readonly<Record<string, string | readonly string[]>>;

export const searchAddress = (query: SearchQuery): string => addressOf('/api/v1/search', query);

/** `query` holds the filters of `filters.ts` as the server names them, `attr.<name>` among them. */
export const search = async (query: SearchQuery, signal: AbortSignal): Promise<SearchPage> =>
  taken<SearchPage>(searchAddress(query)) ??
  (await call(
    api.GET('/api/v1/search', {
      params: { query: query as never },
      // Alternatives of one attribute are told by repeating its name.
      querySerializer: { array: { style: 'form', explode: true } },
      signal,
    }),
  ));

export const readProducts = (
  cursor: string | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<Page<Product>> =>
  call(
    api.GET('/api/v1/products', {
      params: { query: { limit, ...(cursor ? { cursor } : {}) } },
      signal,
    }),
  );

export const readProduct = (product_id: string, signal?: AbortSignal): Promise<Product> =>
  call(
    api.GET('/api/v1/products/{product_id}', {
      params: { path: { product_id } },
      ...(signal ? { signal } : {}),
    }),
  );

/** How goods look in the lines of a cart or an order. */
export type Look = Schemas['ProductLook'];

/** Of up to 100 goods, off sale too; unknown ones are left out. */
export const readLooks = (ids: string[]): Promise<Look[]> =>
  call(api.GET('/api/v1/products/cards', { params: { query: { ids } } })).then((answer) => answer.items);

export const readShop = (shop_id: string, signal?: AbortSignal): Promise<Shop> =>
  call(
    api.GET('/api/v1/shops/{shop_id}', { params: { path: { shop_id } }, ...(signal ? { signal } : {}) }),
  ) as Promise<Shop>;

export const shopsAddress = (place_id: string): string =>
  addressOf('/api/v1/shops', { limit: PAGE, place_id });

export const readShops = async (
  place_id: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<Shop>> =>
  (cursor ? undefined : taken<Page<Shop>>(shopsAddress(place_id))) ??
  (await call(
    api.GET('/api/v1/shops', {
      params: { query: { place_id, limit: PAGE, ...(cursor ? { cursor } : {}) } },
      signal,
    }),
  ));

export const readEligibility = (merchant_id: string, signal: AbortSignal) =>
  call(api.GET('/api/v1/merchants/{merchant_id}/eligibility', { params: { path: { merchant_id } }, signal }));

export const askAvailability = (
  product_id: string,
  body: Schemas['AvailabilityAskBody'],
): Promise<Schemas['AskedRequest']> =>
  call(
    api.POST('/api/v1/products/{product_id}/availability-requests', {
      params: { path: { product_id } },
      body,
    }),
  );
