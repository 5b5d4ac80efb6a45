import { describe, expect, it } from 'vitest';
import type { WireReport } from './figures';
import { adopted, meet } from './meeting';
import { shift } from './make';

const nothing = { count: 0, total: 0, cash: 0, card: 0, qr: 0, other: 0 };
const report = (over: Partial<WireReport> = {}): WireReport => ({
  shift_id: 'a',
  report: 'X',
  z_number: null,
  cashier: 'Айгуль',
  opened_at: '2026-11-20T03:00:00Z',
  closed_at: null,
  receipts: 0,
  first_receipt: null,
  last_receipt: null,
  sales: nothing,
  refunds: nothing,
  voids: nothing,
  refund_voids: nothing,
  revenue: nothing,
  discounts: 0,
  opening_cash: 2000,
  cash_in: { count: 0, total: 0 },
  cash_out: { count: 0, total: 0 },
  expected_cash: 2000,
  counted_cash: null,
  difference: null,
  late: null,
  ...over,
});
const z = (over: Partial<WireReport> = {}): WireReport =>
  report({
    report: 'Z',
    z_number: 7,
    closed_at: '2026-11-20T12:00:00Z',
    counted_cash: 2500.5,
    difference: 500.5,
    ...over,
  });
const none = new Set<string>();

describe('meet', () => {
  it('goes on with the shift that another browser opened', () => {
    expect(meet(null, report(), null, none)).toEqual({ changed: null, adopt: true });
    expect(adopted('K-S000001', report())).toMatchObject({
      id: 'a',
      cashier: 'Айгуль',
      opening_cash: 200_000,
      closed_at: null,
      joined: true,
    });
  });

  it('does nothing where both agree', () => {
    const agreed = { changed: null, adopt: false };
    expect(meet(null, null, null, none)).toEqual(agreed);
    const mine = shift({ id: 'a', cashier: 'Айгуль', opening_cash: 200_000, opened_at: report().opened_at });
    expect(meet(mine, report(), null, none)).toEqual(agreed);
  });

  it('lets the server’s shift stand when one was opened here without a network', () => {
    // Sent, the opening was answered with SHIFT_OPEN and the id of the server's.
    const mine = shift({ id: 'a', cashier: 'Бакыт', opening_cash: 500_000 });
    const { changed, adopt } = meet(mine, report(), null, none);
    expect(adopt).toBe(false);
    expect(changed).toMatchObject({
      key: mine.key,
      id: 'a',
      cashier: 'Айгуль',
      opening_cash: 200_000,
      opened_at: '2026-11-20T03:00:00Z',
      joined: true,
    });
    // Once told, it is not told again.
    expect(meet(changed, report(), null, none).changed).toBeNull();
  });

  it('joins a shift that the server would not open', () => {
    const refused = shift({ id: null, refusal: { code: 'INVALID', text: 'Нет.' } });
    expect(meet(refused, report(), null, none).changed).toMatchObject({ id: 'a', refusal: null });
    expect(meet(refused, null, null, none)).toEqual({ changed: null, adopt: false });
  });

  it('does not call its own shift another’s when only the time was corrected', () => {
    const mine = shift({ id: 'a', cashier: 'Айгуль', opening_cash: 200_000 });
    const { changed } = meet(mine, report({ opened_at: '2026-11-20T03:00:01Z' }), null, none);
    expect(changed).toMatchObject({ opened_at: '2026-11-20T03:00:01Z', joined: false });
  });

  it('closes here what was closed elsewhere, with the server’s Z report', () => {
    const mine = shift({ id: 'a' });
    expect(meet(mine, null, z(), none)).toMatchObject({
      changed: { key: mine.key, closed_at: '2026-11-20T12:00:00Z', counted_cash: 250_050, z_number: 7 },
      adopt: false,
    });
    expect(meet(mine, report({ shift_id: 'b' }), z(), none)).toMatchObject({
      changed: { id: 'a', z_number: 7 },
      adopt: true,
    });
  });

  it('decides nothing by half an answer or an old one', () => {
    const mine = shift({ id: 'a' });
    expect(meet(mine, null, null, none)).toEqual({ changed: null, adopt: false });
    expect(meet(mine, null, report(), none)).toEqual({ changed: null, adopt: false });
    // Closed here while the answer was on its way.
    expect(meet(null, report(), null, new Set(['a']))).toEqual({ changed: null, adopt: false });
  });
});
