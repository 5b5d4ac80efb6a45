/** Money is whole minor units (tyiyn) everywhere; these are the only places that turn it into text and back. */

const NARROW = '\u202f';

/** «1 500 сом», tyiyn only where they are not zero: 150000 → «1 500 сом», 150050 → «1 500,50 сом». */
export function formatMoney(minor: number, currency = 'KGS'): string {
  const sign = minor < 0 ? '−' : '';
  const whole = Math.floor(Math.abs(minor) / 100);
  const rest = Math.abs(minor) % 100;
  const digits = whole.toString().replace(/\B(?=(\d{3})+(?!\d))/g, NARROW);
  const fraction = rest ? `,${rest.toString().padStart(2, '0')}` : '';
  return `${sign}${digits}${fraction}${NARROW}${currency === 'KGS' ? 'сом' : currency}`;
}

/** «1 500,50» or «1500.5» → 150050; null for what is not an amount of at most two decimals. */
export function parseMajor(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  const match = /^(\d{1,10})(?:\.(\d{0,2}))?$/.exec(plain);
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** A quantity in units of sale, kept to thousandths: 0.1 + 0.2 stays 0.3. */
export function roundQty(qty: number): number {
  return Math.round(qty * 1000) / 1000;
}
