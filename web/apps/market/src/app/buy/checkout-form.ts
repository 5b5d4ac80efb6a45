/** The form of checkout without its looks: what is asked, what is missing, what is sent. Pure. */
import type { CartGroup, DeliveryOption, Options, OrderBody, PaymentMethod } from './data';

export interface Draft {
  name: string;
  phone: string;
  email: string;
  method: DeliveryOption['method'] | null;
  /** The fields of the delivery form by their names; they stay when another method is tried. */
  fields: Record<string, string>;
  payment: PaymentMethod | null;
  comment: string;
}

export const BLANK: Draft = {
  name: '',
  phone: '',
  email: '',
  method: null,
  fields: {},
  payment: null,
  comment: '',
};

/** Faults by the name of the field: a key of the catalogue of texts. */
export type Faults = Readonly<Record<string, string>>;

const ORDER: readonly DeliveryOption['method'][] = [
  'pickup',
  'courier',
  'carrier_branch',
  'carrier_door',
  'post',
];

/** Nearest first. */
export function inOrder(methods: readonly DeliveryOption[]): DeliveryOption[] {
  return [...methods].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
}

/** What the form begins with: what was typed before, else what the account suggests, else the shop's first offer. */
export function started(typed: Partial<Draft> | null, options: Options): Draft {
  const { contact, delivery } = options.suggested ?? { contact: undefined, delivery: null };
  const suggested: Record<string, string> = {};
  for (const [name, value] of Object.entries(delivery ?? {}))
    if (typeof value === 'string' && name !== 'method' && !name.startsWith('slot_')) suggested[name] = value;
  const draft: Draft = {
    name: typed?.name || contact?.name || '',
    phone: typed?.phone || contact?.phone || '',
    email: typed?.email || contact?.email || '',
    method: typed?.method ?? delivery?.method ?? null,
    fields: { ...suggested, ...typed?.fields },
    payment: typed?.payment ?? null,
    comment: typed?.comment ?? '',
  };
  return fitted(draft, options.methods);
}

/** The same draft within what the shop offers: a method that is offered, a payment that it allows. */
export function fitted(draft: Draft, methods: readonly DeliveryOption[]): Draft {
  const option = methods.find((m) => m.method === draft.method) ?? inOrder(methods)[0];
  if (!option) return { ...draft, method: null, payment: null };
  const allowed = option.payment_methods.map((p) => p.method);
  const payment = draft.payment && allowed.includes(draft.payment) ? draft.payment : (allowed[0] ?? null);
  const asked = option.fields.some((f) => f.name === 'country');
  const known = option.countries.includes(draft.fields['country'] ?? '');
  const fields = asked && !known ? { ...draft.fields, country: option.countries[0] ?? '' } : draft.fields;
  return { ...draft, method: option.method, payment, fields };
}

/** Faults that need no server; the names are those of the inputs. */
export function faultsOf(draft: Draft, option: DeliveryOption | undefined): Faults {
  const faults: Record<string, string> = {};
  if (!draft.name.trim()) faults['name'] = 'buy.fault_name';
  const digits = draft.phone.replace(/\D/g, '');
  if (!digits) faults['phone'] = 'buy.fault_phone';
  else if (digits.length < 9) faults['phone'] = 'buy.fault_phone_short';
  if (draft.payment === 'card' && !draft.email.trim()) faults['email'] = 'buy.fault_email_card';
  else if (draft.email.trim() && !/^\S+@\S+\.\S+$/.test(draft.email.trim()))
    faults['email'] = 'buy.fault_email';
  for (const field of option?.fields ?? [])
    if (field.required && !draft.fields[field.name]?.trim()) faults[field.name] = 'common.required';
  return faults;
}

/** The order to send: only lines that can be had, only fields that the method asks for. */
export function bodyOf(group: CartGroup, draft: Draft, option: DeliveryOption): OrderBody {
  const fields = Object.fromEntries(
    option.fields
      .map((field) => [field.name, draft.fields[field.name]?.trim() ?? ''] as const)
      .filter(([, value]) => value),
  );
  return {
    shop_id: group.shop_id!,
    items: orderable(group).map((line) => ({ variant_id: line.variant_id, qty: Number(line.qty) })),
    delivery: { method: option.method, ...fields },
    payment_method: draft.payment!,
    contact: {
      name: draft.name.trim(),
      phone: draft.phone.trim(),
      email: draft.email.trim() || null,
    },
    comment: draft.comment.trim() || null,
  };
}

export const orderable = (group: CartGroup | undefined): CartGroup['lines'] =>
  (group?.lines ?? []).filter((line) => line.available);

/** Whether what the buyer saw is still so: the same goods, as many, at the same prices. */
export function sameAs(seen: CartGroup | undefined, now: CartGroup | undefined): boolean {
  const facts = (group: CartGroup | undefined): string =>
    JSON.stringify(orderable(group).map((l) => [l.variant_id, l.qty, l.unit_price.amount]));
  return facts(seen) === facts(now);
}
