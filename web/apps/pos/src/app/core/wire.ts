/** What goes over the wire to the server, and what comes back. */
import { fromMajor, toMajor, toUnits } from './sums';
import type { Good, Place, Receipt, Unit } from './types';

export interface WireReceipt {
  receipt_number: string;
  type: string;
  original_receipt_number?: string;
  items: { variant_id: string; qty: string; unit_price: string; discount?: string }[];
  payment?: string;
  timestamp: string;
}

export function receiptToWire(receipt: Receipt): WireReceipt {
  return {
    receipt_number: receipt.number,
    type: receipt.type,
    ...(receipt.original ? { original_receipt_number: receipt.original } : {}),
    // A void reverses the whole receipt it names.
    items:
      receipt.type === 'void'
        ? []
        : receipt.lines.map((line) => ({
            variant_id: line.variant_id,
            qty: toUnits(line.qty),
            unit_price: toMajor(line.price),
            ...(line.discount ? { discount: toMajor(line.discount) } : {}),
          })),
    ...(receipt.payment ? { payment: receipt.payment } : {}),
    timestamp: receipt.at,
  };
}

/** What the server says of the till that asks. */
export interface WireDevice extends Place {
  device_id: string;
  open_shift_id: string | null;
}

export interface WireGood {
  variant_id: string;
  name: string;
  sku: string;
  barcode: string | null;
  attributes: Record<string, string>;
  price: number;
  unit: string;
  on_hand: number;
  reserved: number;
  is_active: boolean;
}

export interface WireGoods {
  items: WireGood[];
  next_cursor: string | null;
  next_since: string;
  server_time: string;
}

export function goodFromWire(wire: WireGood): Good {
  return {
    variant_id: wire.variant_id,
    name: wire.name,
    sku: wire.sku,
    barcode: wire.barcode,
    details: Object.values(wire.attributes).join(', '),
    price: fromMajor(wire.price),
    unit: (wire.unit === 'kg' ? 'kg' : 'pcs') satisfies Unit,
    on_hand: Math.round(wire.on_hand * 1000),
    reserved: Math.round(wire.reserved * 1000),
    is_active: wire.is_active,
  };
}

/** By how much a receipt moves the stock of its lines: −1 goods went out, 1 they came in. */
export function direction(receipt: Receipt, named: Receipt | undefined): -1 | 1 {
  if (receipt.type === 'sale') return -1;
  if (receipt.type === 'refund') return 1;
  return named?.type === 'refund' ? -1 : 1;
}
