/** Going to the acquirer's page and knowing, on coming back, that one has been there. */
import type { Payment } from './data';

const GONE_TO = 'kerben.paying';

/** Leaves for the page where the payment is made. */
export function goAndPay(payment: Payment): void {
  try {
    sessionStorage.setItem(GONE_TO, JSON.stringify({ id: payment.id, at: Date.now() }));
  } catch {
    // Then the page does not know that an answer is due; it shows it all the same when it comes.
  }
  location.assign(payment.action.url!);
}

/** When the buyer left to make this payment, in milliseconds since the epoch; null when not from this tab. */
export function leftToPay(paymentId: string): number | null {
  try {
    const gone = JSON.parse(sessionStorage.getItem(GONE_TO) ?? 'null') as { id: string; at: number } | null;
    return gone?.id === paymentId ? gone.at : null;
  } catch {
    return null;
  }
}
