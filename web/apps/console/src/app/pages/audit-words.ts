/** Actions of the audit log that have words; others are shown as «действие». */
export const ACTIONS: readonly string[] = [
  'user.role_granted',
  'user.role_withdrawn',
  'user.blocked',
  'user.unblocked',
  'user.second_factor_on',
  'user.password_changed',
  'user.second_factor_off',
  'group.created',
  'group.member_added',
  'group.member_removed',
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
  'staff.join',
  'staff.change',
  'staff.remove',
  'staff.invitation_resend',
  'staff.invitation_withdraw',
  'api_key.create',
  'api_key.rotate',
  'api_key.revoke',
  'product.create',
  'product.update',
  'product.pictures',
  'variant.update',
  'stock.adjusted',
  'stock.low_stock_set',
  'import.start',
  'import.cancel',
  'order.transition',
  'order.edited',
  'order.cancelled',
  'order.refunded',
  'order.returned',
  'order.restocked',
  'order.pickup_extended',
  'order.taken_by_phone',
  'refund.borne',
  'payment.problem_resolved',
  'payout.retried',
  'pos.device_registered',
  'pos.device_revoked',
  'pos.discrepancy_resolved',
  'category.create',
  'category.change',
  'exchange_rate.set',
  'dead_letter.replayed',
  'dead_letter.discarded',
  'availability_request.answer',
];

export const ENTITIES: readonly string[] = [
  'user',
  'group',
  'merchant',
  'shop',
  'staff',
  'invitation',
  'api_key',
  'product',
  'variant',
  'import',
  'order',
  'payment',
  'refund',
  'payout',
  'pos_device',
  'category',
  'currency',
  'dead_letter',
  'availability_request',
];

export const ROLES: readonly string[] = [
  'admin',
  'support',
  'self',
  'buyer',
  'guest',
  'owner',
  'manager',
  'cashier',
  'storekeeper',
  'accountant',
  'system',
  'bank',
  'platform',
];

const FIELDS = new Set([
  'name',
  'slug',
  'parent_id',
  'sort',
  'is_hidden',
  'rate',
  'roles',
  'role',
  'reason',
  'blocked',
  'note',
  'problem',
  'status',
  'borne_by',
  'responsible',
  'restock',
  'evidence',
  'price',
  'description',
  'address',
  'phone',
  'email',
  'picture',
  'pictures',
  'shop_id',
  'variant_id',
  'product_id',
  'payout_status',
  'verified',
  'comment',
  'hours',
  'total',
  'items',
  'attributes',
  'barcodes',
  'sku',
  'delta',
  'on_hand',
  'cause',
  'low_stock',
  'is_active',
  'by',
  'delivery',
  'contact',
  'payment_method',
  'handled',
  'left',
  'rows',
  'file',
  'title',
  'category_id',
  'qty',
  'unit',
  'enabled',
  'method',
  'number',
  'eligibility_mode',
  'price_master',
  'scopes',
  'account_last4',
  'bank_name',
  'invitation',
  'fee',
  'resolution',
  'user_id',
  'lat',
  'lon',
  'currency',
  'city',
  'prefix',
  'to',
  'street',
  'house',
  'flat',
  'index',
  'country',
  'branch',
  'lines',
  'verified_at',
  'grace_h',
  'positions',
  'reported',
  'ours',
  'format',
  'revive',
  'dry_run',
  'file_name',
  'default_price',
  'payments',
  'expires_at',
  'variants',
  'outcome',
  'amount',
  'failure',
  'kind',
  'threshold',
  'version',
]);

/** What an event that could not be handled is known by to programs; the page of failures has it for engineers. */
const ENGINEERS = new Set(['event', 'event_id', 'consumer', 'key', 'position', 'error']);

/** Kept as whole numbers that only programs read, and said elsewhere where they matter. */
const INNER = new Set(['price', 'on_hand_milli']);
const SUMS = new Set(['total', 'price', 'default_price', 'amount']);

export interface Change {
  /** «delivery.city»; its parts are names of the catalogue (`console.field.…`) as far as `isKnown` says. */
  field: string;
  before: string | null;
  after: string | null;
}

type Fields = Record<string, unknown> | null;

/** Numbers that only programs know say nothing to a person. */
const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text);

/**
 * What differs between two states, field by field, as text; what stayed the same is left out. Of numbers that only
 * programs know it is said that they changed (`changed`), of something new not even that.
 */
export function changesOf(before: Fields, after: Fields): Change[] {
  const old = flat(before);
  const now = flat(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter((change) => change.before !== change.after)
    .map((change) =>
      isId(change.before ?? change.after ?? '') ? { ...change, before: null, after: 'changed' } : change,
    )
    .filter((change) => before !== null || change.after !== 'changed');
}

/** Written to the log in tyiyn, and shown as a sum. */
export const isSum = (field: string, text: string): boolean =>
  SUMS.has(field.split('.').at(-1) ?? '') && /^-?\d{1,15}$/.test(text);

export const isKnown = (part: string): boolean => FIELDS.has(part);

/** Nested objects become fields of their own, «delivery.city». */
function flat(fields: Fields, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(fields ?? {})) {
    const field = prefix + name;
    if (ENGINEERS.has(name)) continue;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [deep, text] of flat(value as Record<string, unknown>, `${field}.`)) found.set(deep, text);
    } else if (name === 'on_hand_milli' && typeof value === 'number') {
      found.set(`${prefix}on_hand`, String(value / 1000));
    } else {
      const text = words(value);
      if (text !== '') found.set(field, text);
    }
  }
  return found;
}

function words(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return known(value).join(', ');
  return typeof value === 'object'
    ? known(
        Object.entries(value)
          .filter(([name]) => !INNER.has(name))
          .map(([, inner]) => inner as unknown),
      ).join(' ')
    : String(value);
}

function known(values: readonly unknown[]): string[] {
  return values.map(words).filter((text) => text !== '' && !isId(text));
}
