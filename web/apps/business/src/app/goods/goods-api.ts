import { api, call, callWith, type Schemas } from '@kerben/api';

/** A variant as staff see it. */
export type Variant = Schemas['StaffVariant'];
export type Product = Schemas['StaffProduct'];
export type Category = Schemas['CategoryView'];
export type Level = Schemas['LevelView'];
export type Adjustment = Schemas['AdjustmentView'];
export type PricePoint = Schemas['PricePointView'];
export type ImportRun = Schemas['ImportView'];
export type Media = Schemas['Media'];
export type Movement = Schemas['Movement'];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export type SaleState = 'all' | 'on_sale' | 'off_sale';

export interface GoodsQuery {
  q?: string;
  status?: SaleState;
  cursor?: string;
  limit?: number;
  variant_id?: string[];
}

/** A page of a shop's goods, withdrawn ones too, newest first. */
export function listGoods(shopId: string, query: GoodsQuery, signal?: AbortSignal): Promise<Page<Product>> {
  const params = { path: { shop_id: shopId }, query };
  return call(api.GET('/api/v1/shops/{shop_id}/products', { params, signal }));
}

/** The product that has this code on its label, as barcode or SKU; null when the shop has none. */
export async function findByCode(
  shopId: string,
  code: string,
): Promise<{ product: Product; variant: Variant } | null> {
  const { items } = await listGoods(shopId, { q: code, limit: 5 });
  const plain = code.trim().toLowerCase();
  for (const product of items) {
    for (const variant of product.variants) {
      if (sameBarcode(variant.barcode, plain) || variant.sku.toLowerCase() === plain)
        return { product, variant };
    }
  }
  return null;
}

/** UPC-A and EAN-13 of one thing differ by a zero in front. */
function sameBarcode(barcode: string | null, code: string): boolean {
  return barcode !== null && /^\d+$/.test(code) && barcode.replace(/^0+/, '') === code.replace(/^0+/, '');
}

export async function getProduct(shopId: string, productId: string, signal?: AbortSignal): Promise<Product> {
  const path = { shop_id: shopId, product_id: productId };
  return call(api.GET('/api/v1/shops/{shop_id}/products/{product_id}', { params: { path }, signal }));
}

export function changeProduct(product: Product, body: Schemas['ProductChange']): Promise<Product> {
  const path = { product_id: product.id };
  const headers = { 'If-Match': product.etag };
  return call(api.PATCH('/api/v1/products/{product_id}', { params: { path }, headers, body }));
}

export function setPictures(product: Product, media_ids: string[]): Promise<Product> {
  const path = { product_id: product.id };
  const headers = { 'If-Match': product.etag };
  return call(
    api.PUT('/api/v1/products/{product_id}/pictures', { params: { path }, headers, body: { media_ids } }),
  );
}

export function getVariant(variantId: string): Promise<Variant> {
  return call(api.GET('/api/v1/variants/{variant_id}', { params: { path: { variant_id: variantId } } }));
}

export function changeVariant(variant: Variant, body: Schemas['VariantChange']): Promise<Variant> {
  const path = { variant_id: variant.id };
  const headers = { 'If-Match': variant.etag };
  return call(api.PATCH('/api/v1/variants/{variant_id}', { params: { path }, headers, body }));
}

export function addVariant(productId: string, body: Schemas['VariantInput']): Promise<Variant> {
  const path = { product_id: productId };
  return call(api.POST('/api/v1/products/{product_id}/variants', { params: { path }, body }));
}

export function addProduct(shopId: string, body: Schemas['ProductInput']): Promise<Product> {
  return call(api.POST('/api/v1/shops/{shop_id}/products', { params: { path: { shop_id: shopId } }, body }));
}

/** Goods in, write-off, stocktake: all lines or none. The key makes a repeated call count once. */
export async function moveStock(shopId: string, items: Movement[], key: string): Promise<Level[]> {
  const path = { shop_id: shopId };
  const headers = { 'Idempotency-Key': key };
  const { data } = await callWith(
    api.POST('/api/v1/shops/{shop_id}/stock-adjustments', { params: { path }, headers, body: { items } }),
  );
  return data.items;
}

export async function categories(signal?: AbortSignal): Promise<Category[]> {
  return (await call(api.GET('/api/v1/categories', { signal }))).items;
}
