/**
 * The code by which a till is connected: what the cabinet shows once, as text and as a QR code, after a till was
 * registered, and what the till scans: `kerben-pos:<device id>:<token>:<secret>`.
 */
export interface PairingCode {
  device_id: string;
  token: string;
  /** Signs the till's requests. */
  secret: string;
}

const PREFIX = 'kerben-pos';
const FORM =
  /^kerben-pos:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([\w.~+/=-]{8,200}):([\w.~+/=-]{8,200})$/i;

/** The text to show and to put into the QR code. */
export function pairingText(code: PairingCode): string {
  return [PREFIX, code.device_id, code.token, code.secret].join(':');
}

/** What a pairing text says; `null` for any other text. Spaces and line breaks that copying brings are dropped. */
export function readPairing(text: string): PairingCode | null {
  const match = FORM.exec(text.replace(/\s+/g, ''));
  return match ? { device_id: match[1]!.toLowerCase(), token: match[2]!, secret: match[3]! } : null;
}
