import { describe, expect, it } from 'vitest';
import ru from '../../i18n/ru/buy.json';
import type { Order } from './data';
import { clock, markOf, moneyOf, paymentOf, sentenceOf, stepsOf } from './order-words';

type Facts = Parameters<typeof sentenceOf>[0];

const order = (more: Partial<Facts>): Facts => ({
  status: 'awaiting_payment',
  payment_method: 'card',
  cancel_reason: null,
  paid_at: null,
  delivery: { method: 'pickup' },
  payment: { status: 'pending' },
  refund: null,
  ...more,
});

const STATUSES: Order['status'][] = [
  'awaiting_confirmation',
  'awaiting_payment',
  'awaiting_shipment',
  'awaiting_shipment_cod',
  'cooking',
  'ready_for_pickup',
  'pickup_expired',
  'shipped',
  'delivering',
  'delivered',
  'cancelled',
  'returned',
];
const REASONS = [
  'unpaid',
  'unconfirmed',
  'buyer',
  'seller',
  'oversold',
  'unclaimed',
  'refunded',
  'new',
  null,
];

describe('the words of an order', () => {
  it('are in the catalogue for every status, payment and reason', () => {
    const texts: Record<string, string> = ru;
    for (const status of STATUSES)
      for (const payment_method of ['card', 'card_transfer', 'cash_on_receipt'] as const)
        for (const cancel_reason of REASONS)
          for (const paid_at of [null, '2026-01-01T00:00:00Z']) {
            const key = sentenceOf(order({ status, payment_method, cancel_reason, paid_at }));
            expect(texts[key.replace('buy.', '')], key).toBeTruthy();
          }
    for (const status of ['requested', 'sent', 'done', 'failed'])
      expect(texts[moneyOf(order({ refund: { status } }))!.replace('buy.', '')]).toBeTruthy();
  });

  it('say that a failed payment took no money', () => {
    expect(sentenceOf(order({ payment: { status: 'failed' } }))).toBe('buy.says_payment_failed');
  });

  it('say what becomes of the money of a cancelled order', () => {
    const cancelled = { status: 'cancelled' as const };
    expect(moneyOf(order({ ...cancelled }))).toBe('buy.money_untouched');
    expect(moneyOf(order({ ...cancelled, payment: { status: 'captured' } }))).toBe('buy.refund_coming');
    expect(moneyOf(order({ ...cancelled, payment_method: 'cash_on_receipt' }))).toBeNull();
    expect(moneyOf(order({ status: 'awaiting_shipment' }))).toBeNull();
  });

  it('do not call a refund done before it is', () => {
    const paid = order({ status: 'cancelled', paid_at: 'x', payment: { status: 'captured' } });
    expect(paymentOf({ ...paid, refund: { status: 'requested' } })).toBe('buy.refunding');
    expect(paymentOf({ ...paid, refund: { status: 'done' } })).toBe('payment_status.refunded');
    expect(paymentOf(order({ payment_method: 'cash_on_receipt' }))).toBe('buy.not_paid_yet');
  });

  it('list the steps from the first', () => {
    const entry = (n: number, from: Order['status'] | null, to: Order['status']) =>
      ({ n, at: 'x', from_status: from, to_status: to, comment: null }) as Order['history'][number];
    const steps = stepsOf([
      entry(3, 'awaiting_shipment', 'awaiting_shipment'),
      entry(1, null, 'awaiting_payment'),
      entry(2, 'awaiting_payment', 'awaiting_shipment'),
    ]);
    expect(steps.map((s) => [s.n, s.changed])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
  });
});

describe('the countdown', () => {
  it('shows minutes and seconds, and hours when there are', () => {
    expect([clock(750.9), clock(59), clock(3661), clock(-1)]).toEqual(['12:30', '0:59', '1:01:01', '0:00']);
  });

  it('is said aloud at a few minutes only', () => {
    expect([markOf(1500), markOf(1200), markOf(900), markOf(100), markOf(30)]).toEqual([null, 20, 20, 2, 1]);
  });
});
