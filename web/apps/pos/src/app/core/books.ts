/** The queue in the database: what is sent, and what became of it. */
import type { Store, Tx } from './store';
import { LEFT_BEHIND } from './handover';
import type { CashOperation, Good, Receipt } from './types';
import type { Parcel, Verdict, Waiting } from './uploader';
import { direction, receiptToWire } from './wire';
import { toMajor } from './sums';
import type { WireReport } from './figures';

export class Books implements Waiting {
  constructor(private readonly store: Store) {}

  async take(limit: number, skip: number): Promise<Parcel[]> {
    const tx = this.store.db.transaction(['queue', 'receipts', 'cash', 'shifts'], 'readonly');
    const parcels: Parcel[] = [];
    let cursor = await tx.objectStore('queue').openCursor();
    if (cursor && skip) cursor = await cursor.advance(skip);
    while (cursor && parcels.length < limit) {
      const entry = cursor.value;
      let body: object | undefined;
      if (entry.kind === 'receipt') {
        const receipt = await tx.objectStore('receipts').get(entry.number);
        body = receipt && receiptToWire(receipt);
      } else if (entry.kind === 'cash') {
        const cash = await tx.objectStore('cash').get(entry.number);
        body = cash && {
          number: cash.number,
          type: cash.type,
          amount: toMajor(cash.amount),
          reason: cash.reason,
        };
      } else {
        const shift = await tx.objectStore('shifts').get(entry.shift);
        if (shift && entry.kind === 'shift_open')
          body = {
            opening_cash: toMajor(shift.opening_cash),
            timestamp: shift.opened_at,
            ...(shift.cashier ? { cashier: shift.cashier } : {}),
          };
        else if (shift)
          body = {
            counted_cash: toMajor(shift.counted_cash ?? 0),
            timestamp: shift.closed_at,
            ...(shift.id ? { shift_id: shift.id } : {}),
          };
      }
      if (body) parcels.push({ entry, body: body as Record<string, unknown> });
      cursor = await cursor.continue();
    }
    return parcels;
  }

  async settle(verdicts: readonly Verdict[]): Promise<void> {
    const tx = this.store.durable(['queue', 'receipts', 'cash', 'shifts', 'goods', 'meta']);
    for (const verdict of verdicts) await settleOne(tx, verdict);
    await tx.done;
  }

  async ask(parcels: readonly Parcel[], asked: boolean): Promise<void> {
    const tx = this.store.durable(['queue']);
    for (const { entry } of parcels) await tx.objectStore('queue').put({ ...entry, asked });
    await tx.done;
  }

  /** How many entries wait, receipts or other. */
  async waiting(): Promise<number> {
    return this.store.db.count('queue');
  }

  /** Receipts that the server refused, or that stayed with a device that is no longer connected. */
  async apart(): Promise<Receipt[]> {
    return this.store.db.getAllFromIndex('receipts', 'delivery', 'kept_apart');
  }

  /** The same of cash put in and taken out. */
  async apartCash(): Promise<CashOperation[]> {
    return (await this.store.db.getAll('cash')).filter((one) => one.delivery === 'kept_apart');
  }

  /** By how much what waits will move the stock, in thousandths by variant. */
  async pending(): Promise<Map<string, number>> {
    const moved = new Map<string, number>();
    const tx = this.store.db.transaction('receipts');
    for (const receipt of await tx.store.index('delivery').getAll('waiting')) {
      const named = receipt.original ? await tx.store.get(receipt.original) : undefined;
      const sign = direction(receipt, named);
      for (const line of receipt.lines)
        moved.set(line.variant_id, (moved.get(line.variant_id) ?? 0) + sign * line.qty);
    }
    return moved;
  }

  /** Sends a refused receipt once more, under its number: a refused number is free. */
  async again(number: string): Promise<void> {
    const tx = this.store.durable(['receipts', 'queue']);
    const receipt = await tx.objectStore('receipts').get(number);
    if (receipt?.delivery === 'kept_apart' && receipt.refusal?.code !== LEFT_BEHIND) {
      await tx.objectStore('receipts').put({ ...receipt, delivery: 'waiting', refusal: null });
      await tx.objectStore('queue').add({ tries: 0, kind: 'receipt', number } as never);
    }
    await tx.done;
  }

  /**
   * Somebody has dealt with a refused receipt or cash operation in another way: it stays on record and asks for
   * nothing any more.
   */
  async settleByHand(number: string): Promise<void> {
    const tx = this.store.durable(['receipts', 'cash']);
    const [receipts, cash] = [tx.objectStore('receipts'), tx.objectStore('cash')];
    const receipt = await receipts.get(number);
    if (receipt?.delivery === 'kept_apart') await receipts.put({ ...receipt, delivery: 'settled_by_hand' });
    const operation = await cash.get(number);
    if (operation?.delivery === 'kept_apart') await cash.put({ ...operation, delivery: 'settled_by_hand' });
    await tx.done;
  }

  /** Takes over a page of the catalogue; with the last one, what to ask with next time. */
  async takeGoods(goods: readonly Good[], since: string | null, at: string): Promise<void> {
    const tx = this.store.db.transaction(['goods', 'meta'], 'readwrite');
    await Promise.all(goods.map((good) => tx.objectStore('goods').put(good)));
    if (since) {
      await tx.objectStore('meta').put(since, 'since');
      await tx.objectStore('meta').put(at, 'synced_at');
    }
    await tx.done;
  }
}

async function settleOne(tx: Tx, verdict: Verdict): Promise<void> {
  const { entry } = verdict;
  const queue = tx.objectStore('queue');
  if (verdict.is === 'late') {
    // As it was before this call: the server has said that it did not take it.
    await queue.put({ ...entry, tries: entry.tries + 1 });
    return;
  }
  await queue.delete(entry.seq);
  if (entry.kind === 'receipt') await settleReceipt(tx, entry.number, verdict);
  else if (entry.kind === 'cash') {
    const cash = await tx.objectStore('cash').get(entry.number);
    const refusal = verdict.is === 'refused' ? verdict.refusal : null;
    if (cash)
      await tx.objectStore('cash').put({ ...cash, delivery: refusal ? 'kept_apart' : 'sent', refusal });
  } else {
    const shift = await tx.objectStore('shifts').get(entry.shift);
    if (!shift) return;
    if (verdict.is === 'refused') {
      await tx.objectStore('shifts').put({ ...shift, refusal: verdict.refusal });
      return;
    }
    const data = (verdict.body['data'] ?? verdict.body) as { shift_id?: string; last_shift_id?: string };
    const id = data.shift_id ?? data.last_shift_id ?? shift.id;
    const z = verdict.body['report'] === 'Z' ? (verdict.body as unknown as WireReport) : shift.z;
    await tx.objectStore('shifts').put({ ...shift, id, z, z_number: z?.z_number ?? shift.z_number });
  }
}

async function settleReceipt(
  tx: Tx,
  number: string,
  verdict: Exclude<Verdict, { is: 'late' }>,
): Promise<void> {
  const receipts = tx.objectStore('receipts');
  const receipt = await receipts.get(number);
  if (!receipt) return;
  if (verdict.is === 'refused') {
    await receipts.put({ ...receipt, delivery: 'kept_apart', refusal: verdict.refusal });
    return;
  }
  await receipts.put({ ...receipt, delivery: 'sent' });
  if (verdict.known) {
    // Recorded by an earlier call; whether our count of the goods has seen it is not known, so all is asked anew.
    await tx.objectStore('meta').delete('since');
    return;
  }
  const named = receipt.original ? await receipts.get(receipt.original) : undefined;
  const sign = direction(receipt, named);
  const goods = tx.objectStore('goods');
  for (const line of receipt.lines) {
    const good = await goods.get(line.variant_id);
    if (good) await goods.put({ ...good, on_hand: good.on_hand + sign * line.qty });
  }
}
