import { describe, expect, it } from 'vitest';
import { type Method, draftOf, editOf, methodOf, methodsFor, missingOf, paymentOf } from './order-draft';
import type { Order } from './trade-api';

const order = {
  contact: { name: 'Айгуль', phone: '+996555123456', email: null },
  comment: null,
  payment_method: 'cash_on_receipt',
  delivery: {
    method: 'courier',
    address: null,
    city: 'Бишкек',
    street: 'Чуй',
    house: '114',
    lat: 42.87,
    slot_from: '2026-11-25T04:00:00Z',
  },
} as unknown as Order;
const field = (name: string, required = false): Method['fields'][number] => ({ name, required, title: '' });
const pays = (...methods: string[]): Method['payment_methods'] =>
  methods.map((method) => ({ method })) as unknown as Method['payment_methods'];
const courier = {
  method: 'courier',
  fields: [field('city', true), field('street', true), field('slot_from')],
  payment_methods: pays('cash_on_receipt', 'card'),
} as unknown as Method;
const pickup = {
  method: 'pickup',
  fields: [field('slot_from')],
  payment_methods: pays('card'),
} as unknown as Method;

describe('an order being edited', () => {
  const draft = draftOf(order);

  it('begins as it stands, with times by the clock of the market', () => {
    expect(draft.typed).toMatchObject({ city: 'Бишкек', slot_from: '2026-11-25T10:00' });
    expect(editOf(order, draft, courier, 'cash_on_receipt', true)).toEqual({});
  });

  it('sends what is another than it was, and keeps what the form does not show', () => {
    const typed = { ...draft.typed, street: 'Манас' };
    const { delivery } = editOf(order, { ...draft, typed }, courier, 'cash_on_receipt', true);
    expect(delivery).toMatchObject({ street: 'Манас', house: '114', lat: 42.87, city: 'Бишкек' });
    const called = { ...draft, name: ' Бермет ', comment: 'к шести' };
    expect(editOf(order, called, courier, 'card', true)).toEqual({
      contact: { name: 'Бермет', phone: '+996555123456', email: null },
      payment_method: 'card',
      comment: 'к шести',
    });
  });

  it('sends nothing but the delivery once the buyer pays', () => {
    const changed = { ...draft, name: 'Бермет', comment: 'x', typed: { ...draft.typed, city: 'Ош' } };
    expect(Object.keys(editOf(order, changed, courier, 'card', false))).toEqual(['delivery']);
  });

  it('has one field for a street and a house that were told apart', () => {
    const one = { ...courier, fields: [field('address', true), field('city')] };
    expect(draft.typed['address']).toBe('Чуй, 114');
    expect(editOf(order, draft, one, 'cash_on_receipt', true)).toEqual({});
    const moved = { ...draft, typed: { ...draft.typed, address: 'Манас, 3' } };
    const { delivery } = editOf(order, moved, one, 'cash_on_receipt', true);
    expect(delivery).toMatchObject({ address: 'Манас, 3', city: 'Бишкек', lat: 42.87 });
    expect(delivery).not.toHaveProperty('street');
  });

  it('leaves the fields of the former way of delivery behind', () => {
    expect(editOf(order, draft, pickup, 'card', true).delivery).toEqual({
      method: 'pickup',
      slot_from: '2026-11-25T10:00:00+06:00',
    });
  });

  it('keeps a way of delivery and a payment that are offered no more', () => {
    for (const offered of [[pickup], [{ ...courier, payment_methods: pays('card') }, pickup]]) {
      const methods = methodsFor(order, offered);
      const method = methodOf(draft, methods)!;
      expect(method.method).toBe('courier');
      expect(editOf(order, draft, method, paymentOf(draft, method)!, true)).toEqual({});
      expect([...missingOf(draft, method, paymentOf(draft, method)!)]).toEqual([]);
    }
  });

  it('takes the usual way and payment where none is chosen, and tells what is missing', () => {
    const empty = { ...draft, method: null, payment: null, phone: ' ', typed: {} };
    expect(methodOf(empty, [courier, pickup])).toBe(pickup);
    expect(paymentOf(empty, pickup)).toBe('card');
    expect([...missingOf(empty, courier, 'card')]).toEqual(['phone', 'email', 'city', 'street']);
  });
});
