/** Builders for tests. */
import type { Good, Receipt, ReceiptLine, Shift } from './types';

export function good(over: Partial<Good> = {}): Good {
  return {
    variant_id: 'v1',
    name: 'Чай чёрный',
    sku: 'TEA-1',
    barcode: '4006381333931',
    details: '',
    price: 12_000,
    unit: 'pcs',
    on_hand: 5000,
    reserved: 0,
    is_active: true,
    ...over,
  };
}

export function receiptLine(over: Partial<ReceiptLine> = {}): ReceiptLine {
  return {
    variant_id: 'v1',
    name: 'Чай чёрный',
    details: '',
    sku: 'TEA-1',
    unit: 'pcs',
    qty: 1000,
    price: 10_000,
    discount: 0,
    total: 10_000,
    ...over,
  };
}

export function receipt(over: Partial<Receipt> = {}): Receipt {
  const lines = over.lines ?? [receiptLine()];
  return {
    number: 'K-000001',
    type: 'sale',
    original: null,
    at: '2026-11-20T10:00:00.000Z',
    payment: 'cash',
    total: lines.reduce((sum, line) => sum + line.total, 0),
    received: null,
    shift: 's1',
    delivery: 'sent',
    refusal: null,
    ...over,
    lines,
  };
}

export function shift(over: Partial<Shift> = {}): Shift {
  return {
    key: 's1',
    id: null,
    cashier: 'Айгуль',
    opening_cash: 200_000,
    opened_at: '2026-11-20T03:00:00.000Z',
    closed_at: null,
    counted_cash: null,
    z_number: null,
    z: null,
    refusal: null,
    ...over,
  };
}
