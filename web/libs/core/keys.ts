/** A new key for `Idempotency-Key`, receipts made offline and the like. */
export function newKey(): string {
  if ('randomUUID' in crypto) return crypto.randomUUID();
  // Over plain HTTP on a local network browsers withhold randomUUID, but not random numbers.
  const b = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
