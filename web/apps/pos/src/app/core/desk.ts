import { Injectable, inject, signal } from '@angular/core';
import { readReport, type Report, ownReport, type WireReport } from './figures';
import { Till, beatOf } from './till';
import type { Count, Shift } from './types';
import { type Answer, type Outcome, pauseAfter, upload, type Wire } from './uploader';
import { type WireGoods, goodFromWire } from './wire';

const BEAT_MS = 30_000;
/** While the server cannot be reached, it is asked this often. */
const PROBE_MS = 5_000;
const SYNC_MS = 60_000;
/** How long receipts stay on this device after the server has them. */
const KEEP_MS = 120 * 86_400_000;

/**
 * The till's work with the server: heartbeats, sending what waits, keeping the goods in step. One tab does it; the
 * others wait until that one is closed. While it is held, the lock also keeps browsers from freezing the page.
 */
@Injectable({ providedIn: 'root' })
export class Desk {
  private readonly till = inject(Till);
  /** Whether this tab is the one. */
  readonly leads = signal(false);
  readonly lastBeat = signal<number | null>(null);
  readonly syncing = signal(false);
  readonly sending = signal(false);
  private beatDue = 0;
  private syncDue = 0;
  private sendDue = 0;
  private failures = 0;
  private busy = false;
  private again = false;

  /** Takes its turn to lead. Called once at the start. */
  start(): void {
    this.till.onStir((now) => this.soon(now));
    const lead = (): void => {
      this.leads.set(true);
      const worker = new Worker(new URL('./ticker.worker', import.meta.url), { type: 'module' });
      worker.onmessage = () => void this.work();
      void this.till.store.prune(new Date(Date.now() - KEEP_MS).toISOString());
      void this.work();
    };
    if (!navigator.locks) return lead();
    void navigator.locks.request('kerben-pos-desk', () => {
      lead();
      return new Promise<never>(() => undefined);
    });
  }

  /** Something waits. `now`: also what was to be tried later. */
  soon(now = false): void {
    if (now) {
      this.sendDue = this.beatDue = this.syncDue = 0;
      this.failures = 0;
    }
    void this.work();
  }

  /** Fetches the goods again, from the beginning if asked. */
  async refresh(all = false): Promise<void> {
    if (all) await this.till.store.setMeta('since', undefined);
    this.syncDue = 0;
    await this.till.changed();
  }

  private async work(): Promise<void> {
    if (!this.leads() || !this.till.link || this.till.lockedOut()) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        if (Date.now() >= this.beatDue) await this.beat();
        if (this.till.waiting() && Date.now() >= this.sendDue) await this.send();
        if (Date.now() >= this.syncDue) await this.sync();
      } while (this.again);
    } finally {
      this.busy = false;
    }
  }

  private async send(): Promise<void> {
    this.sending.set(true);
    const moved = this.till.pendingGoods();
    let outcome: Outcome = 'later';
    try {
      outcome = await upload(this.till.store.books, this.wire());
    } finally {
      this.sending.set(false);
    }
    if (outcome === 'locked_out') this.till.lockedOut.set(true);
    this.failures = outcome === 'drained' ? 0 : this.failures + 1;
    this.sendDue = outcome === 'drained' ? 0 : Date.now() + pauseAfter(this.failures, Math.random());
    if (outcome === 'later') this.beatDue = Math.min(this.beatDue, Date.now() + PROBE_MS);
    await this.till.changed(moved);
  }

  private wire(): Wire {
    const link = this.till.link!;
    const device_id = this.till.device()!.device_id;
    return {
      sales: (sales) => link.post('sales/bulk', { device_id, sales }),
      openShift: (body) => link.post('shifts/open', { ...body, device_id }),
      moveCash: (body) => link.post('shifts/current/cash', { ...body, device_id }),
      closeShift: (body) => link.post('shifts/close', { ...body, device_id }),
    };
  }

  private async beat(): Promise<void> {
    this.beatDue = Date.now() + BEAT_MS;
    // A count is compared with the server's stock, which has to know of everything sold before it.
    const told = this.till.waiting() ? [] : this.till.counts().filter((count) => count.state === 'to_report');
    const body = beatOf(this.till.device()!.device_id, this.till.now());
    if (told.length) body['stock'] = told.map(({ sku, counted }) => ({ sku, qty: counted / 1000 }));
    const answer = await this.till.link!.post('heartbeat', body);
    if (answer.status === 401) this.till.lockedOut.set(true);
    if (answer.status !== 200) {
      this.beatDue = Date.now() + PROBE_MS;
      return;
    }
    // Back: what waits goes now, not at the end of its pause.
    if (this.failures) this.failures = this.sendDue = this.syncDue = 0;
    this.lastBeat.set(Date.now());
    this.till.link!.learn(String(answer.body['server_time']));
    if (told.length) await this.noteCounts(told, answer);
  }

  private async noteCounts(told: readonly Count[], answer: Answer): Promise<void> {
    const found = answer.body['discrepancies'] as { sku: string; our_qty: number | null }[];
    const tx = this.till.store.db.transaction('counts', 'readwrite');
    for (const count of told) {
      const differs = found.find((entry) => entry.sku === count.sku);
      const ours = differs?.our_qty == null ? null : Math.round(differs.our_qty * 1000);
      await (differs ? tx.store.put({ ...count, ours, state: 'differs' }) : tx.store.delete(count.sku));
    }
    await tx.done;
    await this.till.changed();
  }

  private async sync(): Promise<void> {
    this.syncDue = Date.now() + SYNC_MS;
    const since = await this.till.store.meta('since');
    let cursor: string | null = null;
    const changed: string[] = [];
    this.syncing.set(true);
    try {
      do {
        const query = cursor ? { cursor } : since ? { since } : {};
        const answer: Answer = await this.till.link!.get('catalog', query as Record<string, string>);
        if (answer.status === 401) this.till.lockedOut.set(true);
        if (answer.status !== 200) {
          if (answer.status === 0) this.beatDue = Math.min(this.beatDue, Date.now() + PROBE_MS);
          return;
        }
        const page = answer.body as unknown as WireGoods;
        const goods = page.items.map(goodFromWire);
        cursor = page.next_cursor;
        changed.push(...goods.map((good) => good.variant_id));
        await this.till.store.books.takeGoods(goods, cursor ? null : page.next_since, page.server_time);
        this.till.goods.put(goods);
      } while (cursor);
      await this.dropSettled();
      this.till.syncedAt.set((await this.till.store.meta('synced_at')) ?? null);
      if (changed.length) await this.till.changed(changed.length > 300 ? 'all' : changed);
    } finally {
      this.syncing.set(false);
    }
  }

  /** A difference is over when the server's stock has become what was counted, or was changed since. */
  private async dropSettled(): Promise<void> {
    const over = this.till.counts().filter((count) => {
      if (count.state !== 'differs') return false;
      const good = this.till.goods.byCode(count.sku)?.good;
      return good !== undefined && good.on_hand !== count.ours;
    });
    for (const count of over) await this.till.dropCount(count.sku);
  }

  /** The report of a shift: the server's when it has heard of everything, else our own. */
  async report(shift: Shift): Promise<Report> {
    if (shift.id && this.till.online() && !this.till.waiting()) {
      const answer = await this.till.link!.get(`shifts/${shift.id}`);
      if (answer.status === 200) return readReport(answer.body as unknown as WireReport);
    }
    if (shift.z) return readReport(shift.z);
    const { db } = this.till.store;
    const [receipts, cash] = await Promise.all([
      db.getAllFromIndex('receipts', 'at', IDBKeyRange.lowerBound(shift.opened_at)),
      db.getAllFromIndex('cash', 'shift', shift.key),
    ]);
    return ownReport(shift, receipts, cash);
  }
}
