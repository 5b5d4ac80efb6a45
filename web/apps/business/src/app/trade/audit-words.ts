import type { AuditEntry } from './trade-api';

/** How a value of an entry is written. */
export type Kind =
  | 'text'
  | 'phone'
  | 'money'
  | 'yes'
  | 'moment'
  | 'hours'
  | 'shops'
  | 'positions'
  | 'quantity'
  | 'thousandths'
  | 'scopes'
  | 'count'
  | 'order_status'
  | 'payout_status'
  | 'payment_method'
  | 'payments'
  | 'delivery_method'
  | 'staff_role'
  | 'outcome'
  | 'resolution'
  | 'cause'
  | 'master'
  | 'mode'
  | 'bearer';

/** Fields that people understand; others are left out rather than shown raw. */
const FIELDS: Record<string, Kind> = {
  name: 'text',
  description: 'text',
  address: 'text',
  phone: 'phone',
  hours: 'hours',
  is_active: 'yes',
  price: 'money',
  total: 'money',
  fee: 'money',
  sku: 'text',
  barcode: 'text',
  variants: 'count',
  photos: 'count',
  pictures: 'count',
  status: 'order_status',
  payout_status: 'payout_status',
  verified: 'yes',
  payment_method: 'payment_method',
  payments: 'payments',
  method: 'delivery_method',
  enabled: 'yes',
  role: 'staff_role',
  positions: 'positions',
  shop_ids: 'shops',
  to: 'phone',
  scopes: 'scopes',
  expires_at: 'moment',
  prefix: 'text',
  account_last4: 'text',
  bank_name: 'text',
  cause: 'cause',
  qty: 'quantity',
  on_hand: 'quantity',
  low_stock: 'quantity',
  threshold: 'quantity',
  outcome: 'outcome',
  resolution: 'resolution',
  note: 'text',
  reported: 'thousandths',
  ours: 'thousandths',
  price_master: 'master',
  eligibility_mode: 'mode',
  responsible: 'bearer',
  restock: 'yes',
};

/** Deeds that the catalogue has a sentence for. */
const ACTIONS: readonly string[] = [
  'merchant.create',
  'merchant.change',
  'merchant.verify',
  'merchant.payout.onboard',
  'merchant.payout.active',
  'merchant.payout.suspended',
  'shop.create',
  'shop.change',
  'shop.delivery_option',
  'staff.invite',
  'staff.invitation_resend',
  'staff.invitation_withdraw',
  'staff.join',
  'staff.change',
  'staff.remove',
  'api_key.create',
  'api_key.rotate',
  'api_key.revoke',
  'pos.device_registered',
  'pos.device_revoked',
  'pos.discrepancy_resolved',
  'product.create',
  'product.update',
  'product.pictures',
  'variant.create',
  'variant.update',
  'stock.adjusted',
  'stock.low_stock_set',
  'order.transition',
  'order.cancelled',
  'order.refunded',
  'order.returned',
  'order.restocked',
  'order.pickup_extended',
  'order.edited',
  'order.taken_by_phone',
  'availability_request.answer',
  'payout.retried',
  'refund.borne',
  'import.start',
  'import.cancel',
];

/** The key of the sentence for a deed: `pos_device_registered`; `other` for one that has none yet. */
export function actionKey(action: string): string {
  return ACTIONS.includes(action) ? action.replaceAll('.', '_') : 'other';
}

export interface Change {
  field: string;
  kind: Kind;
  before: unknown;
  after: unknown;
}

/** What an entry says, field by field; only what can be said in words and what is not the same as before. */
export function changesOf(entry: Pick<AuditEntry, 'before' | 'after' | 'action'>): Change[] {
  const before = entry.before ?? {};
  const after = entry.after ?? {};
  const names = Object.keys(FIELDS).filter((name) => name in before || name in after);
  return names
    .map((field) => ({ field, kind: kindOf(field, entry), before: before[field], after: after[field] }))
    .filter((change) => said(change.before) !== said(change.after));
}

function kindOf(field: string, entry: Pick<AuditEntry, 'before' | 'action'>): Kind {
  // A difference of prices comes as sums, one of stock as thousandths.
  if ((field === 'reported' || field === 'ours') && entry.before?.['kind'] === 'price') return 'money';
  if (field === 'status' && !entry.action.startsWith('order.')) return 'text';
  return FIELDS[field]!;
}

function said(value: unknown): string {
  return value === undefined || value === null || value === '' ? '' : JSON.stringify(value);
}

/** Where the thing of an entry can be looked at. */
export function linkOf(entry: Pick<AuditEntry, 'entity' | 'entity_id'>): string[] | null {
  if (entry.entity === 'order') return ['/orders', entry.entity_id];
  if (entry.entity === 'product') return ['/goods', entry.entity_id];
  return null;
}
