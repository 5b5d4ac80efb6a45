import { api, call } from '@kerben/api';
import { listDevices, listDiscrepancies, listOrders, listRequests, type OrderStatus } from './trade-api';

export const TO_CONFIRM: readonly OrderStatus[] = ['awaiting_confirmation'];
export const TO_COLLECT: readonly OrderStatus[] = ['awaiting_shipment', 'awaiting_shipment_cod', 'cooking'];
export const AT_COUNTER: readonly OrderStatus[] = ['ready_for_pickup', 'pickup_expired'];

export interface Waiting {
  kind: 'attention' | 'confirm' | 'collect' | 'counter' | 'requests' | 'silent' | 'differences' | 'low';
  count: number;
  /** There are more than were counted. */
  more: boolean;
  link: string;
  query: Record<string, string>;
  urgent: boolean;
}

const MOST = 100;

/** What waits for the people of a shop, the most urgent first; what does not wait is left out. */
export async function whatWaits(shopId: string, signal: AbortSignal): Promise<Waiting[]> {
  const orders = async (query: { status?: readonly OrderStatus[]; attention?: boolean }) =>
    count(await listOrders(shopId, { ...query, limit: MOST }, signal));
  const params = { path: { shop_id: shopId } };
  const [attention, confirm, collect, counter, requests, devices, differences, low] = await Promise.all([
    orders({ attention: true }),
    orders({ status: TO_CONFIRM }),
    orders({ status: TO_COLLECT }),
    orders({ status: AT_COUNTER }),
    listRequests(shopId, 'open', undefined, signal, MOST).then(count),
    listDevices(shopId, signal),
    listDiscrepancies(shopId, undefined, signal).then(count),
    call(api.GET('/api/v1/shops/{shop_id}/low-stock', { params, signal })).then(
      (found) => found.items.length,
    ),
  ]);
  const silent = devices.filter((d) => !d.revoked_at && d.pos_status === 'pos_offline').length;
  const exact = (n: number) => ({ count: n, more: false });
  const all: Waiting[] = [
    { kind: 'attention', ...attention, link: '/orders', query: { state: 'attention' }, urgent: true },
    { kind: 'confirm', ...confirm, link: '/orders', query: { state: 'confirm' }, urgent: true },
    { kind: 'collect', ...collect, link: '/orders', query: { state: 'collect' }, urgent: false },
    { kind: 'counter', ...counter, link: '/orders', query: { state: 'counter' }, urgent: false },
    { kind: 'requests', ...requests, link: '/requests', query: {}, urgent: true },
    { kind: 'silent', ...exact(silent), link: '/tills', query: {}, urgent: true },
    { kind: 'differences', ...differences, link: '/tills', query: { tab: 'differences' }, urgent: false },
    { kind: 'low', ...exact(low), link: '/goods', query: { status: 'low' }, urgent: false },
  ];
  return all.filter((one) => one.count > 0);
}

function count(page: { items: readonly unknown[]; next_cursor?: string | null }): {
  count: number;
  more: boolean;
} {
  return { count: page.items.length, more: !!page.next_cursor };
}
