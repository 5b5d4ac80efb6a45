/** Which words of the catalogue tell how an order stands. Pure. */
import type { Order } from './data';

export type Tone = 'good' | 'wait' | 'bad';

const ONLINE = new Set(['card', 'bank_qr']);
const REASONS = new Set(['unpaid', 'unconfirmed', 'buyer', 'seller', 'oversold', 'unclaimed', 'refunded']);
const WAITING = new Set(['awaiting_confirmation', 'awaiting_payment', 'pickup_expired']);
const ENDED = new Set(['cancelled', 'returned']);

type Facts = Pick<Order, 'status' | 'payment_method' | 'cancel_reason' | 'paid_at'> & {
  delivery: Pick<Order['delivery'], 'method'>;
  payment: Pick<NonNullable<Order['payment']>, 'status'> | null;
  refund: Pick<NonNullable<Order['refund']>, 'status'> | null;
};

export const paidOnline = (order: Pick<Order, 'payment_method'>): boolean => ONLINE.has(order.payment_method);

export function toneOf(status: Order['status']): Tone {
  if (ENDED.has(status)) return 'bad';
  return WAITING.has(status) ? 'wait' : 'good';
}

/** The sentence under the status: what happens next, or why it ended. */
export function sentenceOf(order: Facts): string {
  switch (order.status) {
    case 'awaiting_payment':
      if (!paidOnline(order)) return 'buy.says_awaiting_transfer';
      return order.payment?.status === 'failed' ? 'buy.says_payment_failed' : 'buy.says_awaiting_payment';
    case 'awaiting_shipment':
    case 'awaiting_shipment_cod':
      return order.delivery.method === 'pickup' ? 'buy.says_packing_pickup' : 'buy.says_packing';
    case 'ready_for_pickup':
      return order.paid_at ? 'buy.says_ready_paid' : 'buy.says_ready_to_pay';
    case 'cancelled':
      return REASONS.has(order.cancel_reason ?? '')
        ? `buy.says_cancelled_${order.cancel_reason}`
        : 'buy.says_cancelled';
    default:
      return `buy.says_${order.status}`;
  }
}

/** How the money stands, where that is not plain from the status: of a refund or a payment that came too late. */
export function moneyOf(order: Facts): string | null {
  if (order.refund) return `buy.refund_${order.refund.status}`;
  if (!ENDED.has(order.status) || !paidOnline(order)) return null;
  return order.payment?.status === 'captured' ? 'buy.refund_coming' : 'buy.money_untouched';
}

/** How the payment stands, beside its method. */
export function paymentOf(order: Facts): string | null {
  if (order.refund?.status === 'done' || order.payment?.status === 'refunded')
    return 'payment_status.refunded';
  if (order.refund) return 'buy.refunding';
  if (order.paid_at) return 'payment_status.captured';
  if (ENDED.has(order.status)) return null;
  if (order.payment?.status === 'failed') return 'buy.not_paid_yet';
  if (paidOnline(order)) return order.payment ? `payment_status.${order.payment.status}` : null;
  return order.status === 'delivered' ? null : 'buy.not_paid_yet';
}

export interface Step {
  n: number;
  at: string;
  status: Order['status'];
  /** A change without a new status. */
  changed: boolean;
  comment: string | null;
}

/** The steps of an order, oldest first. */
export function stepsOf(history: readonly Order['history'][number][]): Step[] {
  return [...history]
    .sort((a, b) => a.n - b.n)
    .map((entry) => ({
      n: entry.n,
      at: entry.at,
      status: entry.to_status,
      changed: entry.from_status === entry.to_status,
      comment: entry.comment,
    }));
}

/** 750 → «12:30», 3661 → «1:01:01». */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const pad = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${minutes}:${pad(s % 60)}`;
}

const MARKS_MIN = [20, 10, 5, 2, 1];

/** The minute mark that was passed last and is worth saying aloud; null before the first. */
export function markOf(seconds: number): number | null {
  const passed = MARKS_MIN.filter((minutes) => seconds <= minutes * 60);
  return passed.length ? passed[passed.length - 1]! : null;
}
