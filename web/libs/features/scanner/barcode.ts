/** Barcodes as numbers: their check digit, and the one form in which goods are found by them. */

const DIGITS = /^\d+$/;

/**
 * The check digit of a GTIN without it: 12 digits of an EAN-13, 7 of an EAN-8, 11 of a UPC-A (GS1 General
 * Specifications, section 7.9: from the right, weights 3 and 1 by turns). `null` for what is not all digits.
 */
export function checkDigit(body: string): number | null {
  if (!DIGITS.test(body)) return null;
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum += Number(body[body.length - 1 - i]) * (i % 2 ? 1 : 3);
  return (10 - (sum % 10)) % 10;
}

/** Whether a code's last digit is the check digit of the others. */
export function hasValidCheckDigit(code: string): boolean {
  return code.length > 1 && DIGITS.test(code) && checkDigit(code.slice(0, -1)) === Number(code.at(-1));
}

/** The UPC-A of a UPC-E of eight digits (GS1 General Specifications, section 5.2.2.4); `null` for another code. */
export function expandUpcE(code: string): string | null {
  if (!/^[01]\d{7}$/.test(code)) return null;
  const [system, a, b, c, d, e, kind, check] = code.split('') as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const middle =
    kind <= '2'
      ? `${a}${b}${kind}0000${c}${d}${e}`
      : kind === '3'
        ? `${a}${b}${c}00000${d}${e}`
        : kind === '4'
          ? `${a}${b}${c}${d}00000${e}`
          : `${a}${b}${c}${d}${e}0000${kind}`;
  const upc = `${system}${middle}${check}`;
  return hasValidCheckDigit(upc) ? upc : null;
}

/**
 * The form in which barcodes are stored and compared, the same as the server's: EAN-8 of 7 or 8 digits, EAN-13 of 9
 * to 13 (UPC-A has 12), a GTIN-14 that begins with zero as its EAN-13; texts that are no number as they are. `null`
 * for a number that is no barcode: wrong length or check digit.
 */
export function normaliseBarcode(text: string): string | null {
  const plain = text.trim();
  let digits = plain.replace(/[ -]/g, '');
  if (!DIGITS.test(digits)) return plain && plain.length <= 64 ? plain : null;
  if (digits.length === 14 && digits.startsWith('0')) digits = digits.slice(1);
  if (digits.length === 7 || digits.length === 8) digits = digits.padStart(8, '0');
  else if (digits.length >= 9 && digits.length <= 13) digits = digits.padStart(13, '0');
  else if (digits.length !== 14) return null;
  return hasValidCheckDigit(digits) && /[1-9]/.test(digits) ? digits : null;
}

/** A check digit's worth of trust: whether a text looks like an EAN, UPC or GTIN read rightly. */
export function isGtin(text: string): boolean {
  const code = normaliseBarcode(text);
  return code !== null && DIGITS.test(code);
}

/** A code printed by scales: the goods' own barcode, and what was weighed. */
export interface ScaleCode {
  /** The EAN-13 with value zero that the goods carry as their barcode. */
  template: string;
  /** Grams; `null` when the code holds a price. */
  weight_g: number | null;
  /** Minor units; `null` when the code holds a weight. */
  price: number | null;
}

/** Reads `2P CCCCC WWWWW C`: prefix 20–24 with a weight in grams, 25–28 with a price in minor units; else `null`. */
export function readScaleCode(text: string): ScaleCode | null {
  const match = /^(2[0-8])(\d{5})(\d{5})\d$/.exec(text.trim());
  if (!match || !hasValidCheckDigit(text.trim())) return null;
  const body = `${match[1]}${match[2]}00000`;
  const value = Number(match[3]);
  const byWeight = match[1]! <= '24';
  return {
    template: `${body}${checkDigit(body)}`,
    weight_g: byWeight ? value : null,
    price: byWeight ? null : value,
  };
}
