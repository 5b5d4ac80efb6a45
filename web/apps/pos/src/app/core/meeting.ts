/**
 * One till may be connected in two browsers, and both may have worked without a network. A till has one drawer, so it
 * has one shift, and the server says which:
 *
 * - the server has one open and this browser has none: it goes on here;
 * - both have one: they are the same. The server's cashier, time and opening cash stand, what was typed here at the
 *   opening does not count; receipts belong to the shift by their times, as always;
 * - this browser's shift was closed elsewhere: it is closed here too, with the server's Z report, and the server's
 *   next one, if there is one, goes on here.
 *
 * While the opening or the close of a shift waits to be sent, nothing is decided: the server has not heard all.
 */
import type { WireReport } from './figures';
import { fromMajor } from './sums';
import type { Shift } from './types';

/** What becomes of the local shift, and whether the server's goes on here as a new one. */
export interface Meeting {
  /** The local shift as it is from now on; null when it stays as it is or there is none. */
  changed: Shift | null;
  adopt: boolean;
}

const NOTHING: Meeting = { changed: null, adopt: false };

/**
 * `open` is the X report of the server's open shift, `closed` the Z report of the local one if that is over. `ended`
 * are shifts that were closed here: an answer that still calls one of them open is older than the close.
 */
export function meet(
  local: Shift | null,
  open: WireReport | null,
  closed: WireReport | null,
  ended: ReadonlySet<string | null>,
): Meeting {
  if (open && ended.has(open.shift_id)) return NOTHING;
  if (!local) return { changed: null, adopt: open !== null };
  if (local.id && local.id !== open?.shift_id) {
    if (closed?.shift_id !== local.id || closed.report !== 'Z') return NOTHING;
    return { changed: endedBy(local, closed), adopt: open !== null };
  }
  return open ? { changed: joinedTo(local, open), adopt: false } : NOTHING;
}

/** The server's open shift as this browser keeps it, under a key of its own. */
export function adopted(key: string, open: WireReport): Shift {
  return {
    key,
    id: open.shift_id,
    cashier: open.cashier ?? '',
    opening_cash: fromMajor(open.opening_cash),
    opened_at: open.opened_at,
    closed_at: null,
    counted_cash: null,
    z_number: null,
    z: null,
    refusal: null,
    joined: true,
  };
}

function joinedTo(local: Shift, open: WireReport): Shift | null {
  const server = adopted(local.key, open);
  const same = local.cashier === server.cashier && local.opening_cash === server.opening_cash;
  if (same && local.id && local.opened_at === server.opened_at) return null;
  return { ...server, ...(same && !local.joined ? { joined: false } : {}) };
}

function endedBy(local: Shift, closed: WireReport): Shift {
  return {
    ...local,
    closed_at: closed.closed_at,
    counted_cash: fromMajor(closed.counted_cash ?? 0),
    z_number: closed.z_number,
    z: closed,
  };
}
