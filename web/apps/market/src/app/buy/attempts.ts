/**
 * One attempt to place an order: its key and its very body, kept until the server has said yes or no.
 *
 * When the answer is lost, sending the same again gives the order that stands, if it does; so a tap too many, a reload
 * or a dead connection never make two orders.
 */
import type { Problem } from '@kerben/api';
import type { OrderBody } from './data';

export interface Attempt {
  key: string;
  body: OrderBody;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The server forgets keys after some days; an attempt this old is not asked about any more. */
export const KEPT_MS = 20 * 3600_000;

/** A part of `Storage`, so that tests need no browser. */
export type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const name = (shopId: string): string => `kerben.attempt.${shopId}`;

/** The attempt whose answer never came, if there is one. */
export function unanswered(shopId: string, kept: Kept, now: number): Attempt | null {
  try {
    const attempt = JSON.parse(kept.getItem(name(shopId)) ?? 'null') as Attempt | null;
    return attempt && now - attempt.at < KEPT_MS ? attempt : null;
  } catch {
    return null;
  }
}

/** Begins an attempt under a new `key`, or goes on with the one that is unanswered when it asks for the same. */
export function begin(shopId: string, body: OrderBody, kept: Kept, now: number, key: string): Attempt {
  const before = unanswered(shopId, kept, now);
  if (before && JSON.stringify(before.body) === JSON.stringify(body)) return before;
  const attempt = { key, body, at: now };
  try {
    kept.setItem(name(shopId), JSON.stringify(attempt));
  } catch {
    // Without storage the attempt lasts as long as the page.
  }
  return attempt;
}

export function end(shopId: string, kept: Kept): void {
  try {
    kept.removeItem(name(shopId));
  } catch {
    // see above
  }
}

/** Whether a failure leaves it open if the order stands: no answer, a fault of the server, the first still in flight. */
export function isUnknown(error: unknown): boolean {
  // What is not a `Problem` has no status: nobody answered.
  const { status = 0, code } = (error ?? {}) as Partial<Problem>;
  return status === 0 || status >= 500 || code === 'REQUEST_IN_FLIGHT';
}
