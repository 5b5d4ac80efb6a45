/**
 * Sends what the till has kept, in order and once. The server remembers every number for ever, so that sending again
 * after a lost answer is safe: «known before» is as good as «recorded».
 *
 * Nothing here knows of a database or a network; both are given.
 */
import type { QueueEntry, Refusal } from './types';

/** Receipts of one call. */
export const RUN_MAX = 200;
/** How often the server may say «later» of one entry before what is behind it goes on without it. */
export const PATIENCE = 5;

export interface Answer {
  /** 0: nobody answered, or it was not our server. */
  status: number;
  body: Record<string, unknown>;
}

/** What became of one entry. `late`: the server cannot take it now. */
export type Verdict =
  | { entry: QueueEntry; is: 'delivered'; known: boolean; body: Record<string, unknown> }
  | { entry: QueueEntry; is: 'refused'; refusal: Refusal }
  | { entry: QueueEntry; is: 'late' };

/** A queue entry with what is sent of it. */
export interface Parcel {
  entry: QueueEntry;
  body: Record<string, unknown>;
}

export interface Waiting {
  /** What waits, the oldest first, at most `limit`, without the first `skip`. */
  take(limit: number, skip: number): Promise<Parcel[]>;
  /**
   * Writes down, before it is sent, that these are (or were not, for the server did not let us in). What was sent and
   * not answered may be recorded.
   */
  ask(parcels: readonly Parcel[], asked: boolean): Promise<void>;
  /** Writes down what became of entries, in one transaction. */
  settle(verdicts: readonly Verdict[]): Promise<void>;
}

export interface Wire {
  sales(bodies: readonly Record<string, unknown>[]): Promise<Answer>;
  openShift(body: Record<string, unknown>): Promise<Answer>;
  moveCash(body: Record<string, unknown>): Promise<Answer>;
  closeShift(body: Record<string, unknown>): Promise<Answer>;
}

/** `drained`: nothing waits. `later`: try again after a while. `locked_out`: the server does not know this till. */
export type Outcome = 'drained' | 'later' | 'locked_out';

/** What goes together: receipts at the head of the queue, or one entry of another kind. */
export function nextRun(parcels: readonly Parcel[]): Parcel[] {
  const first = parcels[0];
  if (!first) return [];
  if (first.entry.kind !== 'receipt') return [first];
  const end = parcels.findIndex((parcel) => parcel.entry.kind !== 'receipt');
  return parcels.slice(0, end < 0 ? RUN_MAX : Math.min(end, RUN_MAX));
}

/** Sends until nothing waits or the server cannot be reached. */
export async function upload(waiting: Waiting, wire: Wire): Promise<Outcome> {
  let skip = 0;
  let late = false;
  for (;;) {
    const run = nextRun(await waiting.take(RUN_MAX, skip));
    if (!run.length) return late ? 'later' : 'drained';
    const first = run.filter((parcel) => !parcel.entry.asked);
    if (first.length) await waiting.ask(first, true);
    const verdicts = await send(run, wire);
    if (verdicts === 'locked_out' && first.length) await waiting.ask(first, false);
    if (!Array.isArray(verdicts)) return verdicts;
    await waiting.settle(verdicts);
    const stuck = verdicts.filter((v) => v.is === 'late');
    if (stuck.length) {
      late = true;
      // A single receipt that the server cannot digest must not hold up all others for ever.
      if (stuck.some((v) => v.entry.tries + 1 < PATIENCE)) return 'later';
      skip += stuck.length;
    }
  }
}

async function send(run: readonly Parcel[], wire: Wire): Promise<Verdict[] | Outcome> {
  const first = run[0]!;
  if (first.entry.kind === 'receipt') return sendReceipts(run, wire);
  const calls = {
    shift_open: wire.openShift.bind(wire),
    shift_close: wire.closeShift.bind(wire),
    cash: wire.moveCash.bind(wire),
  };
  const answer = await calls[first.entry.kind](first.body);
  const lost = unreached(answer.status);
  return lost ?? [judge(first.entry, answer)];
}

async function sendReceipts(run: readonly Parcel[], wire: Wire): Promise<Verdict[] | Outcome> {
  const answer = await wire.sales(run.map((parcel) => parcel.body));
  const lost = unreached(answer.status);
  if (lost) return lost;
  if (answer.status === 200) {
    const results = answer.body['results'];
    // Something between us and the server has answered in its place.
    if (!Array.isArray(results) || results.length !== run.length) return 'later';
    return run.map((parcel, n) => {
      const row = results[n] as Record<string, unknown>;
      return judge(parcel.entry, { status: Number(row['status']), body: row });
    });
  }
  if (![400, 413, 422].includes(answer.status)) return 'later';
  // One receipt spoils the whole call: halves find out which.
  if (run.length === 1) return [judge(run[0]!.entry, { ...answer, status: 422 })];
  const half = Math.ceil(run.length / 2);
  const before = await sendReceipts(run.slice(0, half), wire);
  if (!Array.isArray(before)) return before;
  const after = await sendReceipts(run.slice(half), wire);
  // What the first half has become is written down all the same.
  return Array.isArray(after) ? [...before, ...after] : before;
}

function unreached(status: number): Outcome | null {
  if (status === 401) return 'locked_out';
  if (status === 0 || status === 408 || status === 429 || status >= 500) return 'later';
  return null;
}

const KNOWN_BEFORE = new Set(['DUPLICATE_SALE', 'DUPLICATE_CASH_OPERATION', 'SHIFT_OPEN']);

/** What an answer means for an entry. */
export function judge(entry: QueueEntry, { status, body }: Answer): Verdict {
  const code = typeof body['code'] === 'string' ? body['code'] : '';
  if (status === 200 || status === 201) return { entry, is: 'delivered', known: false, body };
  if (status === 409 && KNOWN_BEFORE.has(code)) return { entry, is: 'delivered', known: true, body };
  // The shift that was to be closed is closed: by the call whose answer was lost, or from the cabinet.
  if (status === 409 && code === 'NO_OPEN_SHIFT' && entry.kind === 'shift_close')
    return { entry, is: 'delivered', known: true, body };
  if (status === 403 || status === 404 || status === 409 || status === 422 || status === 400)
    return { entry, is: 'refused', refusal: readRefusal(code, body) };
  return { entry, is: 'late' };
}

function readRefusal(code: string, body: Record<string, unknown>): Refusal {
  const errors = Array.isArray(body['errors']) ? (body['errors'] as { detail?: unknown }[]) : [];
  const details = [...new Set(errors.map((e) => (typeof e.detail === 'string' ? e.detail : '')))].filter(
    Boolean,
  );
  const whole = typeof body['detail'] === 'string' ? body['detail'] : '';
  return { code, text: details.slice(0, 3).join(' ') || whole };
}

/** How long to wait before the next attempt, milliseconds: longer after every failure, a minute at most. */
export function pauseAfter(failures: number, random: number): number {
  const base = Math.min(60_000, 1000 * 2 ** Math.min(failures, 8));
  // Tills of one bazaar come back together when its network does.
  return Math.round(base * (0.75 + random * 0.5));
}
