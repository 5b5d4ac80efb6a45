import { expect, it } from 'vitest';
import { ownReport, readReport } from './figures';
import { receipt, receiptLine, shift as makeShift } from './make';
import type { CashOperation } from './types';

const shift = makeShift();

const cash = (number: string, type: 'in' | 'out', amount: number): CashOperation => ({
  number,
  type,
  amount,
  reason: 'размен',
  at: shift.opened_at,
  shift: 's1',
  delivery: 'sent',
  refusal: null,
});

it('adds up a shift as the server does', () => {
  const line = receiptLine({ discount: 500, total: 9500 });
  const receipts = [
    receipt({ number: 'K-1', lines: [line] }),
    receipt({ number: 'K-2', payment: 'card', lines: [line] }),
    receipt({ number: 'K-3', type: 'refund', original: 'K-1', lines: [line] }),
    receipt({ number: 'K-4', type: 'void', original: 'K-3', payment: null, lines: [line] }),
    receipt({ number: 'K-5', type: 'void', original: 'K-2', payment: null, lines: [line] }),
    receipt({ number: 'K-6', lines: [line], delivery: 'kept_apart' }),
    receipt({ number: 'K-7', lines: [line], shift: 'another' }),
  ];
  const report = ownReport(shift, receipts, [cash('C-1', 'in', 10_000), cash('C-2', 'out', 3000)]);
  expect(report.sales).toMatchObject({ count: 2, total: 19_000, cash: 9500, card: 9500 });
  expect(report.refunds.cash).toBe(9500);
  expect(report.refund_voids.cash).toBe(9500);
  expect(report.voids.card).toBe(9500);
  expect(report.revenue).toMatchObject({ count: 5, total: 9500, cash: 9500, card: 0 });
  expect(report.discounts).toBe(500);
  expect(report.expected_cash).toBe(200_000 + 10_000 - 3000 + 9500);
  expect([report.first_receipt, report.last_receipt]).toEqual(['K-1', 'K-5']);
  expect(report.difference).toBeNull();
});

it('tells what is missing when a shift is closed', () => {
  const closed = { ...shift, closed_at: '2026-11-20T12:00:00.000Z', counted_cash: 199_000 };
  expect(ownReport(closed, [], [])).toMatchObject({ kind: 'Z', expected_cash: 200_000, difference: -1000 });
});

it('reads the server’s decimals', () => {
  const sums = { count: 1, total: 19.99, cash: 19.99, card: 0, qr: 0, other: 0 };
  const report = readReport({
    shift_id: 'x',
    report: 'Z',
    z_number: 7,
    cashier: null,
    opened_at: 'a',
    closed_at: 'b',
    receipts: 1,
    first_receipt: 'K-1',
    last_receipt: 'K-1',
    sales: sums,
    refunds: sums,
    voids: sums,
    refund_voids: sums,
    revenue: sums,
    discounts: 0.1,
    opening_cash: 2000,
    cash_in: { count: 1, total: 5.5 },
    cash_out: { count: 0, total: 0 },
    expected_cash: 2025.49,
    counted_cash: 2025,
    difference: -0.49,
    late: { count: 2, revenue: sums },
  });
  expect(report).toMatchObject({ expected_cash: 202_549, difference: -49, discounts: 10, cash_in: 550 });
  expect(report.sales.cash).toBe(1999);
  expect(report.late).toEqual({ count: 2, total: 1999 });
});
