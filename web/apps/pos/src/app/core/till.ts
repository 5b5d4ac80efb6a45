import { Injectable, computed, signal } from '@angular/core';
import type { PairingCode } from '@kerben/features/scanner';
import { GoodsIndex } from './goods-index';
import { changeDevice } from './handover';
import { Link, importSecret } from './link';
import { type Store, openStore } from './store';
import type { CashOperation, Count, Device, Draft, Good, Place, Receipt, Shift } from './types';

/** Goods that have changed in the database, by their ids. */
type Goods = readonly string[] | 'all';

/** Why a till could not be connected. */
export type PairingFault = 'offline' | 'unknown' | 'insecure';

/**
 * The till of this device: what it knows, and what it is told to do. Everything it does is in the database before it
 * is said to be done; sending it is the business of `Desk`, in one tab.
 */
@Injectable({ providedIn: 'root' })
export class Till {
  private readonly channel = new BroadcastChannel('kerben-pos');
  private kept: Store | undefined;
  private wire: Link | undefined;
  private readonly stirred: ((now: boolean) => void)[] = [];

  /** False until the database has been read. */
  readonly ready = signal(false);
  readonly device = signal<Device | null>(null);
  /** The shop and the till by their names; null until the server has told them once. */
  readonly place = signal<Place | null>(null);
  readonly shift = signal<Shift | null>(null);
  readonly waiting = signal(0);
  readonly apart = signal<readonly Receipt[]>([]);
  readonly apartCash = signal<readonly CashOperation[]>([]);
  readonly counts = signal<readonly Count[]>([]);
  readonly lockedOut = signal(false);
  readonly persisted = signal(false);
  readonly syncedAt = signal<string | null>(null);
  private readonly network = signal(navigator.onLine);
  private readonly reached = signal(true);
  /** What the browser says of the network, and whether the last call was answered. */
  readonly online = computed(() => this.network() && this.reached());
  /** The device slept for a while, and the server has not been reached since. */
  readonly waking = signal(false);
  /** What was on the receipt in the making when the program ended. */
  cartKept: unknown;
  readonly goods = new GoodsIndex();
  /** Grows with every change of goods or stock; what shows them depends on it. */
  readonly goodsVersion = signal(0);
  /** What waits to be sent moves the stock by so much. */
  private readonly pending = signal<ReadonlyMap<string, number>>(new Map());

  constructor() {
    addEventListener('offline', () => this.network.set(false));
    addEventListener('online', () => {
      this.network.set(true);
      this.stir(true);
    });
    this.channel.onmessage = (event: MessageEvent<Goods | 'device'>) => {
      if (event.data === 'device') return location.reload();
      void this.reread(event.data).then(() => this.stir());
    };
  }

  get store(): Store {
    if (!this.kept) throw new Error('the till is not open');
    return this.kept;
  }

  get link(): Link | undefined {
    return this.wire;
  }

  /** By the server's clock. */
  now(): string {
    return new Date(this.wire?.now() ?? Date.now()).toISOString();
  }

  /** Called once at the start. */
  async open(): Promise<void> {
    this.kept = await openStore();
    const device = await this.kept.meta('device');
    this.cartKept = await this.kept.meta('cart');
    await this.reread('all');
    if (device) this.connect(device, (await this.kept.meta('ahead')) ?? 0);
    this.ready.set(true);
    void this.persist();
  }

  /** Calls `stir` whenever there may be something new to send; `now`: also what was to be tried later. */
  onStir(stir: (now: boolean) => void): void {
    this.stirred.push(stir);
  }

  /** Asks the server whether it knows the till, and keeps it. */
  async pair(code: PairingCode): Promise<PairingFault | null> {
    if (!window.isSecureContext || !crypto.subtle) return 'insecure';
    const key = await importSecret(code.secret);
    let ahead = 0;
    const credentials = { token: code.token, key };
    const link = new Link(credentials, {
      ahead,
      learnt: (ms) => (ahead = ms),
      told: (reached) => this.reached.set(reached),
    });
    const answer = await link.get('catalog');
    if (answer.status === 0 || answer.status >= 500 || answer.status === 429) return 'offline';
    // The token says which till it is; a heartbeat says whether the number before it is the same till's.
    const beat =
      answer.status === 200 ? await link.post('heartbeat', beatOf(code.device_id, this.now())) : answer;
    if (beat.status !== 200) return beat.status === 0 ? 'offline' : 'unknown';
    const device: Device = { ...credentials, device_id: code.device_id, paired_at: this.now() };
    await changeDevice(this.store, device, ahead, this.now());
    await this.reread('all');
    this.lockedOut.set(false);
    this.connect(device, ahead);
    void this.persist();
    this.channel.postMessage('device');
    this.stir();
    return null;
  }

  /** Forgets the device. Receipts stay; of those that wait, the next device sends what this one never has. */
  async unpair(): Promise<void> {
    await this.store.setMeta('left', this.device()?.device_id);
    await this.store.setMeta('device', undefined);
    this.channel.postMessage('device');
    location.reload();
  }

  async ring(draft: Draft): Promise<Receipt> {
    const receipt = await this.store.ring(draft, this.now());
    await this.changed();
    return receipt;
  }

  async openShift(cashier: string, openingCash: number): Promise<Shift> {
    const shift = await this.store.openShift(cashier, openingCash, this.now());
    await this.changed();
    return shift;
  }

  async closeShift(counted: number): Promise<Shift | null> {
    const shift = await this.store.closeShift(counted, this.now());
    await this.changed();
    return shift;
  }

  async moveCash(type: 'in' | 'out', amount: number, reason: string): Promise<CashOperation | null> {
    const operation = await this.store.moveCash(type, amount, reason, this.now());
    await this.changed();
    return operation;
  }

  /** Reports a count by hand: with a heartbeat, which goes at once. */
  async report(good: Good, counted: number): Promise<void> {
    const count: Count = {
      sku: good.sku,
      name: good.name,
      counted,
      ours: null,
      at: this.now(),
      state: 'to_report',
    };
    await this.store.db.put('counts', count);
    await this.changed();
    this.stir(true);
  }

  async dropCount(sku: string): Promise<void> {
    await this.store.db.delete('counts', sku);
    await this.changed();
  }

  async again(number: string): Promise<void> {
    await this.store.books.again(number);
    await this.changed();
  }

  async settleByHand(number: string): Promise<void> {
    await this.store.books.settleByHand(number);
    await this.changed();
  }

  /** What lies in the shop, in thousandths: the server's count and what it does not know yet. */
  onHand(good: Good): number {
    return good.on_hand + (this.pending().get(good.variant_id) ?? 0);
  }

  /** Something was done here: every tab looks, and the one that sends begins. */
  async changed(goods: Goods = []): Promise<void> {
    await this.reread(goods);
    this.channel.postMessage(goods);
    this.stir();
  }

  /** Goods whose stock moves when what waits has been sent. */
  pendingGoods(): string[] {
    return [...this.pending().keys()];
  }

  private stir(now = false): void {
    this.stirred.forEach((stir) => stir(now));
  }

  private connect(device: Device, ahead: number): void {
    this.wire = new Link(device, {
      ahead,
      learnt: (ms) => void this.store.setMeta('ahead', ms),
      told: (reached) => this.reached.set(reached),
    });
    this.device.set(device);
  }

  private async reread(goods: Goods): Promise<void> {
    const { db, books } = this.store;
    const key = await this.store.meta('shift');
    const [shift, waiting, apart, apartCash, pending, counts, place] = await Promise.all([
      key ? db.get('shifts', key) : undefined,
      books.waiting(),
      books.apart(),
      books.apartCash(),
      books.pending(),
      db.getAll('counts'),
      this.store.meta('place'),
    ]);
    if (goods.length) {
      const read = goods === 'all' ? await db.getAll('goods') : await readSome(db, goods);
      this.goods.put(read);
      this.syncedAt.set((await this.store.meta('synced_at')) ?? null);
    }
    this.shift.set(shift ?? null);
    this.waiting.set(waiting);
    this.apart.set(apart);
    this.apartCash.set(apartCash);
    this.place.set(place ?? null);
    this.pending.set(pending);
    this.counts.set(counts);
    this.goodsVersion.update((n) => n + 1);
  }

  /** Asks the browser not to clear our data when space gets short. */
  private async persist(): Promise<void> {
    const kept = (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.());
    this.persisted.set(kept ?? false);
  }
}

async function readSome(db: Store['db'], ids: readonly string[]): Promise<Good[]> {
  const found = await Promise.all(ids.map((id) => db.get('goods', id)));
  return found.filter((good) => good !== undefined);
}

/** A heartbeat without stock. */
export function beatOf(deviceId: string, at: string): Record<string, unknown> {
  return { device_id: deviceId, status: 'active', timestamp: at, firmware_version: 'kerben-web-till 1.0' };
}
