/** What buying asks the server for. A guest's own order is shown by the token that came with it. */
import { api, call, callWith, type Schemas } from '@kerben/api';
import { guestOrders } from '@kerben/core';

export type CartGroup = Schemas['CartGroup'];
export type CartLine = Schemas['CartLine'];
export type Options = Schemas['OptionsView'];
export type DeliveryOption = Schemas['DeliveryMethodView'];
export type OrderBody = Schemas['OrderBody'];
export type Placed = Schemas['PlacedView'];
export type Order = Schemas['DetailedOrder'];
export type ListedOrder = Schemas['ListedOrder'];
export type Payment = Schemas['PaymentView'];
export type PaymentMethod = Schemas['PaymentMethod'];
export type Money = Schemas['MoneyView'];

const PAGE = 20;

function asGuest(orderId: string): { headers?: Record<string, string> } {
  const token = guestOrders.token(orderId);
  return token ? { headers: { 'X-Guest-Token': token } } : {};
}

export const readOptions = (shop_id: string, signal?: AbortSignal): Promise<Options> =>
  call(
    api.GET('/api/v1/checkout/options', { params: { query: { shop_id } }, ...(signal ? { signal } : {}) }),
  );

/** The same key with the same body gives the same order, however often it is sent. */
export const placeOrder = (key: string, body: OrderBody): Promise<Placed> =>
  call(api.POST('/api/v1/orders', { headers: { 'Idempotency-Key': key }, body }));

/** An order and how far this device's clock is behind the server's, in milliseconds. */
export async function readOrder(
  order_id: string,
  signal?: AbortSignal,
): Promise<{ order: Order; behind: number }> {
  const { data, response } = await callWith(
    api.GET('/api/v1/orders/{order_id}', {
      params: { path: { order_id } },
      ...asGuest(order_id),
      ...(signal ? { signal } : {}),
    }),
  );
  const at = Date.parse(response.headers.get('Date') ?? '');
  // The header counts whole seconds, so less than two are no difference.
  const behind = Number.isNaN(at) || Math.abs(at - Date.now()) < 2000 ? 0 : at - Date.now();
  return { order: data, behind };
}

export const readOrders = (
  cursor: string | null,
  signal?: AbortSignal,
): Promise<{ items: ListedOrder[]; next_cursor?: string | null }> =>
  call(
    api.GET('/api/v1/orders', {
      params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
      ...(signal ? { signal } : {}),
    }),
  );

export const cancelOrder = (order_id: string, reason: string): Promise<Order> =>
  call(
    api.POST('/api/v1/orders/{order_id}/cancel', {
      params: { path: { order_id } },
      body: { reason },
      ...asGuest(order_id),
    }),
  );

/** Another payment after a failed one, or the one that is open. */
export const payAgain = (order_id: string): Promise<Payment> =>
  call(
    api.POST('/api/v1/orders/{order_id}/payments', { params: { path: { order_id } }, ...asGuest(order_id) }),
  );
