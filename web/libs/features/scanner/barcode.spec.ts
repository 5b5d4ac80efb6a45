import { describe, expect, it } from 'vitest';
import {
  checkDigit,
  expandUpcE,
  hasValidCheckDigit,
  isGtin,
  normaliseBarcode,
  readScaleCode,
} from './barcode';

describe('check digit', () => {
  it('is that of EAN-13, EAN-8, UPC-A', () => {
    expect(checkDigit('400638133393')).toBe(1);
    expect(checkDigit('9638507')).toBe(4);
    expect(checkDigit('03600029145')).toBe(2);
    expect(checkDigit('12a')).toBeNull();
    expect(checkDigit('')).toBeNull();
  });

  it('tells a code read wrongly', () => {
    expect(hasValidCheckDigit('4006381333931')).toBe(true);
    expect(hasValidCheckDigit('4006381333932')).toBe(false);
    expect(hasValidCheckDigit('4')).toBe(false);
  });
});

describe('one form of a barcode', () => {
  it('puts zeros back and drops spaces', () => {
    expect(normaliseBarcode(' 4 006381 333931 ')).toBe('4006381333931');
    expect(normaliseBarcode('036000291452')).toBe('0036000291452');
    expect(normaliseBarcode('96385074')).toBe('96385074');
    expect(normaliseBarcode('04006381333931')).toBe('4006381333931');
  });

  it('keeps texts and refuses wrong numbers', () => {
    expect(normaliseBarcode('KB-17/А')).toBe('KB-17/А');
    expect(normaliseBarcode('4006381333932')).toBeNull();
    expect(normaliseBarcode('00000000')).toBeNull();
    expect(normaliseBarcode('123')).toBeNull();
    expect(normaliseBarcode('  ')).toBeNull();
    expect(isGtin('KB-17')).toBe(false);
    expect(isGtin('96385074')).toBe(true);
  });

  it('expands UPC-E', () => {
    expect(expandUpcE('04252614')).toBe('042100005264');
    expect(expandUpcE('01234565')).toBe('012345000065');
    expect(expandUpcE('96385074')).toBeNull();
  });
});

describe('codes of scales', () => {
  it('hold a weight or a price', () => {
    const weight = `2100123${'01250'}`;
    expect(readScaleCode(weight + checkDigit(weight))).toEqual({
      template: `210012300000${checkDigit('210012300000')}`,
      weight_g: 1250,
      price: null,
    });
    const price = `2500123${'99950'}`;
    expect(readScaleCode(price + checkDigit(price))?.price).toBe(99950);
  });

  it('are told from other numbers', () => {
    expect(readScaleCode('4006381333931')).toBeNull();
    expect(readScaleCode('2100123012509')).toBeNull();
    const own = '290000000001';
    expect(readScaleCode(own + checkDigit(own))).toBeNull();
  });
});
