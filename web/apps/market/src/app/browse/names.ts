/** 1320 → «1 320», as sums are written. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

/** Names of attributes that the catalogue of texts has words for; others are shown as the seller wrote them. */
const KNOWN = new Set([
  'color',
  'size',
  'memory',
  'volume',
  'weight',
  'length',
  'format',
  'material',
  'brand',
]);

export function attributeName(name: string, t: (key: string) => string): string {
  const key = name.toLowerCase();
  if (KNOWN.has(key)) return t(`browse.attribute_${key}`);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
