import type { Schemas } from '@kerben/api';
import { deliveryOf } from './phone-order';
import type { Order } from './trade-api';

export type Method = Schemas['DeliveryMethodView'];
export type Payment = Schemas['PaymentMethod'];

/** What a manager writes down of an order besides its goods. */
export interface OrderDraft {
  name: string;
  phone: string;
  email: string;
  comment: string;
  /** Chosen by hand; null: the usual one. */
  method: Schemas['DeliveryMethod'] | null;
  payment: Payment | null;
  /** Fields of the delivery by their names. */
  typed: Readonly<Record<string, string>>;
}

export const EMPTY: OrderDraft = {
  name: '',
  phone: '',
  email: '',
  comment: '',
  method: null,
  payment: null,
  typed: {},
};

/** How the order reaches its buyer: as chosen, else by pick-up where that is offered. */
export function methodOf(draft: OrderDraft, methods: readonly Method[]): Method | null {
  const usual = methods.find((m) => m.method === 'pickup') ?? methods[0];
  return methods.find((m) => m.method === draft.method) ?? usual ?? null;
}

export function paymentOf(draft: OrderDraft, method: Method | null): Payment | null {
  const all = method?.payment_methods ?? [];
  return (all.find((p) => p.method === draft.payment) ?? all[0])?.method ?? null;
}

/** Names of the fields that are to be filled and are not. */
export function missingOf(draft: OrderDraft, method: Method, payment: Payment): Set<string> {
  const missing = new Set<string>();
  if (!draft.name.trim()) missing.add('name');
  if (!draft.phone.trim()) missing.add('phone');
  if (payment === 'card' && !draft.email.trim()) missing.add('email');
  for (const field of method.fields) {
    if (field.required && !draft.typed[field.name]?.trim()) missing.add(field.name);
  }
  return missing;
}

/** An order as it stands, to be edited. */
export function draftOf(order: Order): OrderDraft {
  const fields = Object.entries(order.delivery).flatMap(([name, value]) => {
    if (name === 'method' || value === null || value === undefined) return [];
    return [[name, name.startsWith('slot_') ? atMarket(String(value)) : String(value)] as const];
  });
  const typed = Object.fromEntries(fields);
  // A buyer may have told street and house apart; the form has one field for both.
  typed['address'] ??= [typed['street'], typed['house']].filter(Boolean).join(', ');
  return {
    name: order.contact.name,
    phone: order.contact.phone,
    email: order.contact.email ?? '',
    comment: order.comment ?? '',
    method: order.delivery.method,
    payment: order.payment_method,
    typed,
  };
}

/** The ways that are offered, and the one of the order as it is, which may have been switched off since. */
export function methodsFor(order: Order, offered: readonly Method[]): Method[] {
  const { method } = order.delivery;
  const now = offered.find((one) => one.method === method);
  const paid = { method: order.payment_method, title: '' } as Method['payment_methods'][number];
  if (!now) {
    const former = {
      method,
      title: '',
      fee: order.delivery_fee,
      fields: [],
      countries: [],
      payment_methods: [paid],
    };
    return [former, ...offered];
  }
  if (now.payment_methods.some((one) => one.method === paid.method)) return [...offered];
  const own = { ...now, payment_methods: [paid, ...now.payment_methods] };
  return offered.map((one) => (one === now ? own : one));
}

/** What of an order is another than it was; without `everything` only its delivery may be. */
export function editOf(
  order: Order,
  draft: OrderDraft,
  method: Method,
  payment: Payment,
  everything: boolean,
): Schemas['EditBody'] {
  const before = draftOf(order);
  const body: Schemas['EditBody'] = {};
  const names = method.fields.map((field) => field.name);
  const same = method.method === order.delivery.method;
  const text = (from: OrderDraft, name: string): string => from.typed[name]?.trim() ?? '';
  if (!same || names.some((name) => text(draft, name) !== text(before, name))) {
    // What the form does not show, as a point on the map, stays while the way of delivery does.
    const shown = names.includes('address') ? [...names, 'street', 'house'] : names;
    const rest = Object.entries(order.delivery).filter(([name]) => same && !shown.includes(name));
    body.delivery = { ...Object.fromEntries(rest), ...deliveryOf(method.method, names, draft.typed) };
  }
  if (!everything) return body;
  const email = draft.email.trim() || null;
  const phone = draft.phone.replace(/[^\d+]/g, '');
  const contact = { name: draft.name.trim(), phone, email };
  if (contact.name !== before.name || phone !== before.phone || (email ?? '') !== before.email) {
    body.contact = contact;
  }
  if (payment !== order.payment_method) body.payment_method = payment;
  if (draft.comment.trim() !== before.comment) body.comment = draft.comment.trim() || null;
  return body;
}

/** «2026-03-10T06:00:00Z» as the clock of the market shows it, for a field of date and time. */
function atMarket(moment: string): string {
  return new Date(Date.parse(moment) + 6 * 3_600_000).toISOString().slice(0, 16);
}
