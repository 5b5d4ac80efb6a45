import { describe, expect, it } from 'vitest';
import { BLANK, bodyOf, faultsOf, fitted, sameAs, started } from './checkout-form';
import type { CartGroup, CartLine, DeliveryOption, Options } from './data';

const money = (amount: number) => ({ amount, currency: 'KGS', display: String(amount) });

function option(method: DeliveryOption['method'], payments: string[], fields: [string, boolean][] = []) {
  return {
    method,
    title: method,
    fee: money(0),
    fields: fields.map(([name, required]) => ({ name, title: name, required })),
    payment_methods: payments.map((p) => ({ method: p, title: p })),
    countries: ['KG', 'KZ'],
  } as DeliveryOption;
}

const post = option(
  'post',
  ['card'],
  [
    ['index', true],
    ['country', true],
    ['flat', false],
  ],
);
const pickup = option('pickup', ['cash_on_receipt', 'card']);

const options = (methods: DeliveryOption[], suggested: Options['suggested'] = null): Options => ({
  shop_id: 's',
  currency: 'KGS',
  buy_eligibility: 'online_purchase',
  reasons: [],
  methods,
  suggested,
});

function line(variant_id: string, more: Partial<CartLine> = {}): CartLine {
  return {
    variant_id,
    product_id: 'p',
    name: 'Мёд',
    sku: null,
    attributes: {},
    unit: 'pcs',
    qty: 1,
    stock_qty: 5,
    unit_price: money(100),
    amount: money(100),
    available: true,
    trouble: null,
    price_was: null,
    ...more,
  };
}

const group = (...lines: CartLine[]): CartGroup => ({
  shop_id: 's',
  shop_name: 'Лавка',
  merchant_id: 'm',
  buy_eligibility: 'online_purchase',
  lines,
  total: money(100),
});

describe('the form', () => {
  it('begins with the nearest method and its first payment', () => {
    const draft = started(null, options([post, pickup]));
    expect([draft.method, draft.payment]).toEqual(['pickup', 'cash_on_receipt']);
  });

  it('begins with what was typed, then with what the account suggests', () => {
    const suggested = {
      contact: { name: 'Айпери', phone: '+996555123456', email: null },
      delivery: { method: 'post' as const, index: '720000', slot_from: '2026-01-01T00:00:00Z' },
    };
    const draft = started({ name: 'Бакыт' }, options([post, pickup], suggested));
    expect(draft).toMatchObject({ name: 'Бакыт', phone: '+996555123456', method: 'post', payment: 'card' });
    expect(draft.fields).toEqual({ index: '720000', country: 'KG' });
  });

  it('drops a payment that the method does not allow', () => {
    expect(fitted({ ...BLANK, method: 'post', payment: 'cash_on_receipt' }, [post, pickup]).payment).toBe(
      'card',
    );
    expect(fitted({ ...BLANK, method: 'courier' }, []).method).toBeNull();
  });
});

describe('faults', () => {
  it('name every empty field that is asked for', () => {
    const draft = { ...BLANK, payment: 'card' as const };
    expect(Object.keys(faultsOf(draft, post)).sort()).toEqual(['country', 'email', 'index', 'name', 'phone']);
  });

  it('are none when all is there; e-mail is for cards only', () => {
    const draft = { ...BLANK, name: 'А', phone: '0555 123 456', payment: 'cash_on_receipt' as const };
    expect(faultsOf(draft, pickup)).toEqual({});
    expect(faultsOf({ ...draft, email: 'a@b' }, pickup)).toEqual({ email: 'buy.fault_email' });
  });
});

describe('the order sent', () => {
  it('holds what can be had and the fields of its method only', () => {
    const cart = group(line('a', { qty: 2 }), line('b', { available: false, trouble: 'out_of_stock' }));
    const draft = {
      ...BLANK,
      name: ' Айпери ',
      phone: '0555123456',
      payment: 'card' as const,
      fields: { index: '720000', country: 'KG', city: 'Ош', flat: ' ' },
    };
    const body = bodyOf(cart, draft, post);
    expect(body.items).toEqual([{ variant_id: 'a', qty: 2 }]);
    expect(body.delivery).toEqual({ method: 'post', index: '720000', country: 'KG' });
    expect(body.contact).toEqual({ name: 'Айпери', phone: '0555123456', email: null });
    expect(body.comment).toBeNull();
  });

  it('is another when a price, a quantity or a line has changed', () => {
    const seen = group(line('a'), line('b'));
    expect(sameAs(seen, group(line('a', { stock_qty: 4 }), line('b')))).toBe(true);
    expect(sameAs(seen, group(line('a', { unit_price: money(110) }), line('b')))).toBe(false);
    expect(sameAs(seen, group(line('a', { qty: 2 }), line('b')))).toBe(false);
    expect(sameAs(seen, group(line('a'), line('b', { available: false })))).toBe(false);
    expect(sameAs(seen, undefined)).toBe(false);
  });
});
