/**
 * What the till keeps. Money is whole tyiyn, quantities are whole thousandths of the unit of sale, times are ISO texts
 * by the server's clock as far as the till knows it.
 */
import type { WireReport } from './figures';

export type Unit = 'pcs' | 'kg';
export type Payment = 'cash' | 'card' | 'qr';
export const PAYMENTS: readonly Payment[] = ['cash', 'card', 'qr'];

/** Goods as the catalogue has them. `on_hand` is the server's count; what waits to be sent is not in it. */
export interface Good {
  variant_id: string;
  name: string;
  sku: string;
  barcode: string | null;
  /** «Красный, 42» */
  details: string;
  price: number;
  unit: Unit;
  on_hand: number;
  reserved: number;
  is_active: boolean;
}

export interface ReceiptLine {
  variant_id: string;
  name: string;
  details: string;
  sku: string;
  unit: Unit;
  qty: number;
  price: number;
  /** Of the whole line: its own and its share of the receipt's. */
  discount: number;
  total: number;
}

export type ReceiptType = 'sale' | 'refund' | 'void';

/** `kept_apart`: the server refused it. `settled_by_hand`: somebody has dealt with the refusal. */
export type Delivery = 'waiting' | 'sent' | 'kept_apart' | 'settled_by_hand';

export interface Receipt {
  number: string;
  type: ReceiptType;
  /** Of the receipt that a refund or a void names. */
  original: string | null;
  at: string;
  payment: Payment | null;
  lines: ReceiptLine[];
  total: number;
  /** Cash given by the buyer; null where it was not counted. */
  received: number | null;
  /** The till's own key of the shift; null when it was made without one. */
  shift: string | null;
  delivery: Delivery;
  /** Why the server refused it. */
  refusal: Refusal | null;
}

/** A receipt that has no number yet. */
export type Draft = Omit<Receipt, 'number' | 'at' | 'shift' | 'delivery' | 'refusal'>;

export interface Refusal {
  code: string;
  /** A sentence of the server, in Russian. */
  text: string;
}

export interface CashOperation {
  number: string;
  type: 'in' | 'out';
  amount: number;
  reason: string;
  at: string;
  shift: string;
  delivery: Delivery;
  refusal: Refusal | null;
}

export interface Shift {
  /** The till's own key: the shift may have begun without the server. */
  key: string;
  /** The server's id, once it knows the shift. */
  id: string | null;
  cashier: string;
  opening_cash: number;
  opened_at: string;
  closed_at: string | null;
  counted_cash: number | null;
  z_number: number | null;
  /** The server's Z report, to be read again without it. */
  z: WireReport | null;
  refusal: Refusal | null;
  /** It was opened by another browser with this till's code; what was typed here at the opening does not count. */
  joined?: boolean;
}

/**
 * What waits to be sent, in the order it was done. `asked`: it was sent, and no answer has come yet; the server may
 * have recorded it under the device that sent it.
 */
export type QueueEntry = { seq: number; tries: number; asked?: boolean } & (
  | { kind: 'receipt'; number: string }
  | { kind: 'cash'; number: string }
  | { kind: 'shift_open'; shift: string }
  | { kind: 'shift_close'; shift: string }
);

/** A till connected to its shop. The secret is a key that the browser signs with and never shows again. */
export interface Device {
  device_id: string;
  token: string;
  key: CryptoKey;
  paired_at: string;
}

/** Where the till stands: the head of its receipts. */
export interface Place {
  /** The till's own name, as the cabinet has it. */
  name: string;
  shop: { id: string; name: string; address: string; phone: string };
  merchant_name: string;
}

/** A count by hand that differed from the server's, as it was reported. */
export interface Count {
  sku: string;
  name: string;
  counted: number;
  ours: number | null;
  at: string;
  state: 'to_report' | 'differs';
}
