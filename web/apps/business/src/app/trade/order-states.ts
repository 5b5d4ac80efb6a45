import type { ListedOrder, OrderStatus } from './trade-api';

export const STATES = [
  'all',
  'attention',
  'confirm',
  'unpaid',
  'collect',
  'counter',
  'way',
  'done',
  'ended',
] as const;
export type State = (typeof STATES)[number];

/** Which statuses a chip of the list stands for; none for all of them. */
export const STATUSES: Record<State, readonly OrderStatus[]> = {
  all: [],
  attention: [],
  confirm: ['awaiting_confirmation'],
  unpaid: ['awaiting_payment'],
  collect: ['awaiting_shipment', 'awaiting_shipment_cod', 'cooking'],
  counter: ['ready_for_pickup', 'pickup_expired'],
  way: ['shipped', 'delivering'],
  done: ['delivered'],
  ended: ['cancelled', 'returned'],
};

/** Whether an order belongs under a chip. */
export function belongs(order: Pick<ListedOrder, 'status' | 'needs_attention'>, state: State): boolean {
  if (state === 'attention') return order.needs_attention !== null;
  return STATUSES[state].length === 0 || STATUSES[state].includes(order.status);
}

export type Tone = 'warn' | 'good' | 'bad' | 'info' | '';

export const TONES: Record<OrderStatus, Tone> = {
  awaiting_confirmation: 'warn',
  awaiting_payment: '',
  awaiting_shipment: 'info',
  awaiting_shipment_cod: 'info',
  cooking: 'info',
  ready_for_pickup: 'good',
  pickup_expired: 'warn',
  shipped: 'info',
  delivering: 'info',
  delivered: 'good',
  cancelled: '',
  returned: '',
};

/** Steps that end an order; they have dialogs of their own. */
const ENDS: readonly OrderStatus[] = ['cancelled', 'returned'];

/** Which step is the usual one: the earlier of these. That a buyer did not come is said only when nothing better is. */
const USUAL: readonly OrderStatus[] = [
  'awaiting_shipment',
  'awaiting_shipment_cod',
  'awaiting_payment',
  'ready_for_pickup',
  'delivered',
  'delivering',
  'shipped',
  'cooking',
  'pickup_expired',
];

/** The steps forward, the usual one first; what goes by a carrier is shipped before it is delivered. */
export function forward(canBecome: readonly OrderStatus[], method?: string): OrderStatus[] {
  const rank = (status: OrderStatus): number =>
    status === 'shipped' && method !== 'courier' ? USUAL.indexOf('delivering') - 0.5 : USUAL.indexOf(status);
  return canBecome.filter((status) => !ENDS.includes(status)).sort((a, b) => rank(a) - rank(b));
}

export type Cause = ListedOrder['attention_cause'];

export type Editable = 'everything' | 'delivery' | 'nothing';

/** What a manager may still edit of an order, as the server has it. */
export function editable(status: OrderStatus): Editable {
  if (status === 'awaiting_confirmation') return 'everything';
  return status === 'awaiting_payment' ? 'delivery' : 'nothing';
}
