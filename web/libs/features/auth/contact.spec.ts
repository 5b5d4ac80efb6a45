import { describe, expect, it } from 'vitest';
import { contactOf, ofAnotherApplication, safeNext } from './contact';

describe('contactOf', () => {
  it('tells an address from a telephone number', () => {
    expect(contactOf(' aida@example.kg ')).toEqual({ email: 'aida@example.kg' });
    expect(contactOf('0555 300 000')).toEqual({ phone: '0555 300 000' });
  });
});

describe('safeNext', () => {
  it('keeps addresses of this site', () => {
    expect(safeNext('/orders?status=x#a')).toBe('/orders?status=x#a');
  });

  it.each([null, '', 'orders', 'https://evil.kg', '//evil.kg', '/\\evil.kg', '/\t/evil.kg', '/a\\b'])(
    'goes home instead of %j',
    (next) => expect(safeNext(next)).toBe('/'),
  );
});

describe('ofAnotherApplication', () => {
  it('knows the cabinet from the storefront only', () => {
    expect(ofAnotherApplication('/business/goods', '/')).toBe(true);
    expect(ofAnotherApplication('/businesslike', '/')).toBe(false);
    expect(ofAnotherApplication('/business/goods', '/business/')).toBe(false);
  });
});
