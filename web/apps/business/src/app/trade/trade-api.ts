import { api, call, type Schemas } from '@kerben/api';

export type ListedOrder = Schemas['ListedOrder'];
export type Order = Schemas['DetailedOrder'];
export type OrderStatus = Schemas['OrderStatus'];
export type Line = Schemas['LineView'];
export type AvailabilityRequest = Schemas['AvailabilityRequestView'];
export type Device = Schemas['DeviceView'];
export type Shift = Schemas['ReportOut'];
export type Discrepancy = Schemas['DiscrepancyView'];
export type MoneyView = Schemas['MoneyView'];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** Online orders placed on a day, by the time of the market. */
export type OrderDay = Schemas['OrderDayView'];
/** A deed; without `actor_name` the platform did it by itself. */
export type AuditEntry = Schemas['SellerEntry'];

/** Orders of a shop, newest first. `attention`: only those that wait for the seller's decision. */
export function listOrders(
  shopId: string,
  query: { status?: readonly OrderStatus[]; attention?: boolean; cursor?: string; limit?: number },
  signal?: AbortSignal,
): Promise<Page<ListedOrder>> {
  const status = query.status ? [...query.status] : undefined;
  return call(
    api.GET('/api/v1/orders', { params: { query: { ...query, shop_id: shopId, status } }, signal }),
  );
}

export function getOrder(orderId: string, signal?: AbortSignal): Promise<Order> {
  const path = { order_id: orderId };
  return call(api.GET('/api/v1/orders/{order_id}', { params: { path }, signal }));
}

/** Days that have orders, oldest first; `from` and `to` as 2026-03-10, both included. */
export async function orderDays(
  shopId: string,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<OrderDay[]> {
  const params = { path: { shop_id: shopId }, query: { from, to } };
  return (await call(api.GET('/api/v1/shops/{shop_id}/order-summary', { params, signal }))).items;
}

export async function tillDays(
  shopId: string,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<Schemas['DayView'][]> {
  const params = { path: { shop_id: shopId }, query: { from, to } };
  return (await call(api.GET('/api/v1/shops/{shop_id}/pos-summary', { params, signal }))).items;
}

export async function topGoods(
  shopId: string,
  day: string,
  signal?: AbortSignal,
): Promise<Schemas['TopGoodView'][]> {
  const params = { path: { shop_id: shopId, day }, query: { limit: 7 } };
  return (await call(api.GET('/api/v1/shops/{shop_id}/pos-summary/{day}/top-goods', { params, signal })))
    .items;
}

export function listRequests(
  shopId: string,
  status: 'open' | 'answered',
  cursor?: string,
  signal?: AbortSignal,
  limit = 30,
): Promise<Page<AvailabilityRequest>> {
  const params = { path: { shop_id: shopId }, query: { status, cursor, limit } };
  return call(api.GET('/api/v1/shops/{shop_id}/availability-requests', { params, signal }));
}

export async function listDevices(shopId: string, signal?: AbortSignal): Promise<Device[]> {
  const params = { path: { shop_id: shopId } };
  return (await call(api.GET('/api/v1/shops/{shop_id}/pos-devices', { params, signal }))).items;
}

export function listDiscrepancies(
  shopId: string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<Page<Discrepancy>> {
  const params = { path: { shop_id: shopId }, query: { cursor, limit: 50 } };
  return call(api.GET('/api/v1/shops/{shop_id}/pos-discrepancies', { params, signal }));
}

export function listAudit(
  merchantId: string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<Page<AuditEntry>> {
  const params = { path: { merchant_id: merchantId }, query: { cursor, limit: 50 } };
  return call(api.GET('/api/v1/merchants/{merchant_id}/audit', { params, signal }));
}

/** Saves a file that the server makes: a table of orders. */
export async function download(path: string, token: string | null, name: string): Promise<void> {
  const answer = await fetch(path, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
