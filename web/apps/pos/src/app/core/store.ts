/**
 * The till's database in the browser. What is rung up gets its number, its place in the queue and its receipt in one
 * transaction that is on the disk when it ends, so that neither a reload nor a loss of power loses a receipt or uses
 * a number twice.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { Books } from './books';
import type { CashOperation, Count, Device, Draft, Good, Place, QueueEntry, Receipt, Shift } from './types';

export interface Meta {
  device: Device;
  /** The device that was connected before, while none is. */
  left: string;
  place: Place;
  /** Of this installation, random: a till that lost its database does not use old numbers again. */
  mark: string;
  /** The last number of a receipt; `countC` and `countS` are those of cash operations and shifts. */
  count: number;
  /** The shift that is open. */
  shift: string;
  /** What to ask the catalogue with next time. */
  since: string;
  synced_at: string;
  /** Milliseconds that the server's clock is ahead. */
  ahead: number;
  /** The receipt in the making. */
  cart: unknown;
  /** Whether the screen may go off during a shift. */
  dim: boolean;
}

export interface Tables extends DBSchema {
  meta: { key: string; value: unknown };
  goods: { key: string; value: Good };
  receipts: { key: string; value: Receipt; indexes: { at: string; original: string; delivery: string } };
  cash: { key: string; value: CashOperation; indexes: { shift: string } };
  shifts: { key: string; value: Shift; indexes: { opened_at: string } };
  queue: { key: number; value: QueueEntry };
  counts: { key: string; value: Count };
}

type Name = 'meta' | 'goods' | 'receipts' | 'cash' | 'shifts' | 'queue' | 'counts';
export type Tx = IDBPTransaction<Tables, Name[], 'readwrite'>;

/** Crockford's letters without those that are read wrongly. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

export function newMark(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((n) => LETTERS[n % LETTERS.length]).join('');
}

export async function openStore(): Promise<Store> {
  const db = await openDB<Tables>('kerben-pos', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('meta');
      fresh.createObjectStore('goods', { keyPath: 'variant_id' });
      const receipts = fresh.createObjectStore('receipts', { keyPath: 'number' });
      receipts.createIndex('at', 'at');
      receipts.createIndex('original', 'original');
      receipts.createIndex('delivery', 'delivery');
      fresh.createObjectStore('cash', { keyPath: 'number' }).createIndex('shift', 'shift');
      fresh.createObjectStore('shifts', { keyPath: 'key' }).createIndex('opened_at', 'opened_at');
      fresh.createObjectStore('queue', { keyPath: 'seq', autoIncrement: true });
      fresh.createObjectStore('counts', { keyPath: 'sku' });
    },
    // A newer version of the program in another tab must not wait for this one.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
  return new Store(db);
}

export class Store {
  readonly books: Books;

  constructor(readonly db: IDBPDatabase<Tables>) {
    this.books = new Books(this);
  }

  async meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
    return (await this.db.get('meta', key)) as Meta[K] | undefined;
  }

  async setMeta<K extends keyof Meta>(key: K, value: Meta[K] | undefined): Promise<void> {
    const tx = this.durable(['meta']);
    const table = tx.objectStore('meta');
    await (value === undefined ? table.delete(key) : table.put(value, key));
    await tx.done;
  }

  /** A transaction whose end means: on the disk. */
  durable(names: Name[]): Tx {
    return this.db.transaction(names, 'readwrite', { durability: 'strict' });
  }

  /** Writes a receipt under the next number and puts it into the queue. It is done when this resolves. */
  async ring(draft: Draft, at: string): Promise<Receipt> {
    const tx = this.durable(['meta', 'receipts', 'queue']);
    const number = await nextNumber(tx, '');
    const shift = (await tx.objectStore('meta').get('shift')) as string | undefined;
    const receipt: Receipt = {
      ...draft,
      number,
      at,
      shift: shift ?? null,
      delivery: 'waiting',
      refusal: null,
    };
    await tx.objectStore('receipts').add(receipt);
    await enqueue(tx, { tries: 0, kind: 'receipt', number });
    await tx.done;
    return receipt;
  }

  /** Opens a shift, or gives the one that is open. */
  async openShift(cashier: string, openingCash: number, at: string): Promise<Shift> {
    const tx = this.durable(['meta', 'shifts', 'queue']);
    const open = (await tx.objectStore('meta').get('shift')) as string | undefined;
    const known = open ? await tx.objectStore('shifts').get(open) : undefined;
    if (known) return known;
    const key = await nextNumber(tx, 'S');
    const shift: Shift = {
      key,
      id: null,
      cashier,
      opening_cash: openingCash,
      opened_at: at,
      closed_at: null,
      counted_cash: null,
      z_number: null,
      z: null,
      refusal: null,
    };
    await tx.objectStore('shifts').add(shift);
    await tx.objectStore('meta').put(key, 'shift');
    await enqueue(tx, { tries: 0, kind: 'shift_open', shift: key });
    await tx.done;
    return shift;
  }

  /** Closes the open shift; `null` when there is none. */
  async closeShift(counted: number, at: string): Promise<Shift | null> {
    const tx = this.durable(['meta', 'shifts', 'queue']);
    const key = (await tx.objectStore('meta').get('shift')) as string | undefined;
    const shift = key ? await tx.objectStore('shifts').get(key) : undefined;
    if (!shift) return null;
    const closed: Shift = { ...shift, closed_at: at, counted_cash: counted };
    await tx.objectStore('shifts').put(closed);
    await tx.objectStore('meta').delete('shift');
    await enqueue(tx, { tries: 0, kind: 'shift_close', shift: shift.key });
    await tx.done;
    return closed;
  }

  /** Puts cash in or takes it out; `null` without an open shift. */
  async moveCash(
    type: 'in' | 'out',
    amount: number,
    reason: string,
    at: string,
  ): Promise<CashOperation | null> {
    const tx = this.durable(['meta', 'cash', 'queue']);
    const shift = (await tx.objectStore('meta').get('shift')) as string | undefined;
    if (!shift) return null;
    const number = await nextNumber(tx, 'C');
    const operation: CashOperation = {
      number,
      type,
      amount,
      reason,
      at,
      shift,
      delivery: 'waiting',
      refusal: null,
    };
    await tx.objectStore('cash').add(operation);
    await enqueue(tx, { tries: 0, kind: 'cash', number });
    await tx.done;
    return operation;
  }

  /** The newest receipts, before a time if given. */
  async receipts(limit: number, before?: string): Promise<Receipt[]> {
    const range = before ? IDBKeyRange.upperBound(before, true) : null;
    const found: Receipt[] = [];
    let cursor = await this.db.transaction('receipts').store.index('at').openCursor(range, 'prev');
    while (cursor && found.length < limit) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  /** Receipts whose number holds a text; without letters in it, whose number ends so. */
  async findReceipts(text: string, limit: number): Promise<Receipt[]> {
    const wanted = text.trim().toUpperCase();
    const digits = /^\d+$/.test(wanted);
    const keys = (await this.db.getAllKeys('receipts')).filter((key) =>
      digits
        ? key.endsWith(wanted) || Number(key.split('-').at(-1)) === Number(wanted)
        : key.includes(wanted),
    );
    const found = await Promise.all(keys.slice(-limit).map((key) => this.db.get('receipts', key)));
    return found.filter((r) => r !== undefined).reverse();
  }

  /** The receipts that name this one, and those that name them. */
  async naming(number: string): Promise<Receipt[]> {
    const own = await this.db.getAllFromIndex('receipts', 'original', number);
    const deeper = await Promise.all(
      own.map((r) => this.db.getAllFromIndex('receipts', 'original', r.number)),
    );
    return [...own, ...deeper.flat()];
  }

  /** Forgets receipts that the server has had for long. */
  async prune(before: string): Promise<void> {
    const tx = this.db.transaction('receipts', 'readwrite');
    let cursor = await tx.store.index('at').openCursor(IDBKeyRange.upperBound(before));
    while (cursor) {
      if (cursor.value.delivery === 'sent') await cursor.delete();
      cursor = await cursor.continue();
    }
    await tx.done;
  }
}

/** The next number of this till, within the transaction that uses it. */
export async function nextNumber(tx: Tx, kind: '' | 'C' | 'S'): Promise<string> {
  const meta = tx.objectStore('meta');
  // Receipts are counted alone, so that their numbers have no gaps.
  const counter = `count${kind}`;
  const count = (((await meta.get(counter)) as number | undefined) ?? 0) + 1;
  let mark = (await meta.get('mark')) as string | undefined;
  if (!mark) {
    mark = newMark();
    await meta.put(mark, 'mark');
  }
  await meta.put(count, counter);
  return `${mark}-${kind}${String(count).padStart(6, '0')}`;
}

/** The key is the database's: it grows with every entry. */
async function enqueue(tx: Tx, entry: DistributiveOmit<QueueEntry, 'seq'>): Promise<void> {
  await tx.objectStore('queue').add(entry as QueueEntry);
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
