/** What has to be in one transaction when a shift goes on from another browser, or the till from another device. */
import type { WireReport } from './figures';
import { adopted, meet } from './meeting';
import { type Store, type Tx, nextNumber } from './store';
import type { Device, QueueEntry, Refusal, Shift } from './types';

/** It was sent by a till that is disconnected now, and nobody knows what became of it. */
export const LEFT_BEHIND = 'LEFT_BEHIND';
const LEFT: Refusal = { code: LEFT_BEHIND, text: '' };

/** Takes over what the server says of the till's shift; whether that changed anything. See `meet`. */
export async function takeShift(
  store: Store,
  open: WireReport | null,
  closed: WireReport | null,
): Promise<boolean> {
  const tx = store.durable(['meta', 'shifts', 'queue']);
  const [meta, shifts] = [tx.objectStore('meta'), tx.objectStore('shifts')];
  const queue = await tx.objectStore('queue').getAll();
  if (queue.some((entry) => entry.kind === 'shift_open' || entry.kind === 'shift_close')) return false;
  const key = (await meta.get('shift')) as string | undefined;
  const local = (key && (await shifts.get(key))) || null;
  const ended = (await shifts.getAll()).filter((shift) => shift.closed_at).map((shift) => shift.id);
  const { changed, adopt } = meet(local, open, closed, new Set(ended));
  if (changed) {
    await shifts.put(changed);
    if (changed.closed_at) await meta.delete('shift');
  }
  if (adopt && open) {
    const shift = adopted(await nextNumber(tx, 'S'), open);
    await shifts.add(shift);
    await meta.put(shift.key, 'shift');
  }
  await tx.done;
  return changed !== null || adopt;
}

/** Connects another device (or the same once more). What the one before has sent without an answer stays with that. */
export async function changeDevice(store: Store, device: Device, ahead: number, at: string): Promise<void> {
  const tx = store.durable(['meta', 'goods', 'receipts', 'cash', 'shifts', 'queue']);
  const meta = tx.objectStore('meta');
  const before = ((await meta.get('device')) as Device | undefined)?.device_id ?? (await meta.get('left'));
  if (before !== device.device_id) {
    await tx.objectStore('goods').clear();
    await meta.delete('since');
    await meta.delete('synced_at');
    await meta.delete('place');
    await leave(tx, at);
  }
  await meta.put(device, 'device');
  await meta.put(ahead, 'ahead');
  await meta.delete('left');
  await tx.done;
}

/**
 * What of the queue must not be sent by another device: receipts that may be recorded under the old one, for the
 * server knows a number only together with its device and would record it twice; and shifts that the old one has
 * begun, with their cash. What was never sent goes with the next device.
 */
export function leftBehind(
  queue: readonly QueueEntry[],
  shiftOfCash: ReadonlyMap<string, string>,
): QueueEntry[] {
  const untold = new Set<string | undefined>();
  for (const entry of queue) if (entry.kind === 'shift_open' && !entry.asked) untold.add(entry.shift);
  return queue.filter((entry) =>
    entry.kind === 'receipt'
      ? entry.asked
      : !untold.has(entry.kind === 'cash' ? shiftOfCash.get(entry.number) : entry.shift),
  );
}

async function leave(tx: Tx, at: string): Promise<void> {
  const [queue, shifts] = [tx.objectStore('queue'), tx.objectStore('shifts')];
  const [receipts, cash, meta] = [tx.objectStore('receipts'), tx.objectStore('cash'), tx.objectStore('meta')];
  const entries = await queue.getAll();
  const cashShifts = new Map((await cash.getAll()).map((one) => [one.number, one.shift]));
  for (const entry of leftBehind(entries, cashShifts)) {
    await queue.delete(entry.seq);
    if (entry.kind === 'receipt') {
      const receipt = await receipts.get(entry.number);
      if (receipt) await receipts.put({ ...receipt, delivery: 'kept_apart', refusal: LEFT });
    } else if (entry.kind === 'cash') {
      const operation = await cash.get(entry.number);
      if (operation) await cash.put({ ...operation, delivery: 'kept_apart', refusal: LEFT });
    } else await refuse(shifts, entry.shift, null);
  }
  const open = (await meta.get('shift')) as string | undefined;
  const told = open && !entries.some((e) => e.kind === 'shift_open' && e.shift === open && !e.asked);
  if (told) {
    // The new device has no shift; the old one's stays as it was when the device was lost.
    await refuse(shifts, open, at);
    await meta.delete('shift');
  }
}

async function refuse(
  shifts: { get(key: string): Promise<Shift | undefined>; put(shift: Shift): Promise<unknown> },
  key: string,
  closedAt: string | null,
): Promise<void> {
  const shift = await shifts.get(key);
  if (shift) await shifts.put({ ...shift, closed_at: shift.closed_at ?? closedAt, refusal: LEFT });
}
