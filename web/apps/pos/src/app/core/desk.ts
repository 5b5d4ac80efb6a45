import { Injectable, inject, signal } from '@angular/core';
import { readReport, type Report, ownReport, type WireReport } from './figures';
import { Till, beatOf } from './till';
import { takeShift } from './handover';
import type { Count, Shift } from './types';
import { type Answer, type Outcome, pauseAfter, upload, type Wire } from './uploader';
import { type WireDevice, type WireGoods, goodFromWire } from './wire';

const BEAT_MS = 30_000;
/** While the server cannot be reached, it is asked this often. */
const PROBE_MS = 5_000;
const SYNC_MS = 60_000;
/** The ticker is silent for so long only when the device slept or the browser froze the page. */
const SLEEP_MS = 20_000;
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
  // By the clock that nobody sets: a corrected time of day must not put the next heartbeat off.
  private beatDue = 0;
  private syncDue = 0;
  private sendDue = 0;
  /** To ask what goes on at this till elsewhere, and where it stands. */
  private meetDue = 0;
  private ticked = Date.now();
  private wakes = 0;
  private failures = 0;
  private unheard = false;
  private busy = false;
  private again = false;

  /** Takes its turn to lead. Called once at the start. */
  start(): void {
    this.till.onStir((now) => this.soon(now));
    const lead = (): void => {
      this.leads.set(true);
      const worker = new Worker(new URL('./ticker.worker', import.meta.url), { type: 'module' });
      worker.onmessage = () => this.tick();
      document.addEventListener('resume', () => this.wake());
      document.addEventListener('visibilitychange', () => document.hidden || this.wake());
      void this.till.store.prune(new Date(Date.now() - KEEP_MS).toISOString());
      void this.work();
    };
    if (!navigator.locks) return lead();
    void navigator.locks.request('kerben-pos-desk', () => {
      lead();
      return new Promise<never>(() => undefined);
    });
  }

  private tick(): void {
    // The time of day goes on while the device sleeps, the other clock may not.
    const slept = Date.now() - this.ticked > SLEEP_MS;
    this.ticked = Date.now();
    if (slept) this.wake();
    else void this.work();
  }

  /** The page is looked at again, or the device has slept: a sign of life at once, and nothing said before it. */
  private wake(): void {
    if (!this.till.link || this.till.lockedOut()) return;
    if (Date.now() - (this.lastBeat() ?? 0) > 2 * BEAT_MS) {
      this.wakes += 1;
      this.till.waking.set(true);
      this.till.link.hangUp();
    }
    this.meetDue = 0;
    this.soon(true);
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
        if (performance.now() >= this.beatDue) await this.beat();
        if (this.till.waiting() && performance.now() >= this.sendDue) await this.send();
        if (performance.now() >= this.meetDue) await this.meet();
        if (performance.now() >= this.syncDue) await this.sync();
      } while (this.again);
    } finally {
      this.busy = false;
    }
  }

  private async send(): Promise<void> {
    this.sending.set(true);
    const opening = this.till.shift()?.id === null;
    const moved = this.till.pendingGoods();
    let outcome: Outcome = 'later';
    try {
      outcome = await upload(this.till.store.books, this.wire());
    } finally {
      this.sending.set(false);
    }
    if (outcome === 'locked_out') this.till.lockedOut.set(true);
    this.failures = outcome === 'drained' ? 0 : this.failures + 1;
    this.sendDue = outcome === 'drained' ? 0 : performance.now() + pauseAfter(this.failures, Math.random());
    if (outcome === 'later') this.probe();
    await this.till.changed(moved);
    // The server may have had another one open.
    if (opening && this.till.shift()?.id) this.meetDue = 0;
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
    this.beatDue = performance.now() + BEAT_MS;
    const { wakes } = this;
    // A count is compared with the server's stock, which has to know of everything sold before it.
    const told = this.till.waiting() ? [] : this.till.counts().filter((count) => count.state === 'to_report');
    const body = beatOf(this.till.device()!.device_id, this.till.now());
    if (told.length) body['stock'] = told.map(({ sku, counted }) => ({ sku, qty: counted / 1000 }));
    const answer = await this.till.link!.post('heartbeat', body);
    // One that was under way when the device fell asleep says nothing of now.
    if (wakes === this.wakes) this.till.waking.set(false);
    if (answer.status === 401) this.till.lockedOut.set(true);
    if (answer.status !== 200) {
      this.unheard = true;
      this.probe();
      return;
    }
    // Back: what waits goes now, not at the end of its pause.
    if (this.failures) this.failures = this.sendDue = this.syncDue = 0;
    if (this.unheard) this.meetDue = 0;
    this.unheard = false;
    this.lastBeat.set(Date.now());
    this.till.link!.learn(String(answer.body['server_time']));
    if (told.length) await this.noteCounts(told, answer);
  }

  /** Nobody answered: asks again soon. */
  private probe(): void {
    this.beatDue = Math.min(this.beatDue, performance.now() + PROBE_MS);
  }

  /**
   * Learns where the till stands, and brings the shift together with the server's, which another browser with this
   * till's code may have opened or closed.
   */
  async meet(): Promise<void> {
    const link = this.till.link;
    if (!link || this.till.lockedOut()) return;
    this.meetDue = performance.now() + BEAT_MS;
    const answer = await link.get('device');
    if (answer.status !== 200) return;
    const { open_shift_id: open, ...place } = answer.body as unknown as WireDevice;
    const local = this.till.shift()?.id ?? null;
    const over = local && local !== open ? await link.get(`shifts/${local}`) : null;
    const going = open && (await link.get(`shifts/${open}`));
    if ([over, going].some((asked) => asked && asked.status !== 200)) return;
    this.meetDue = Infinity;
    const reports = [going, over].map((asked) => (asked ? (asked.body as unknown as WireReport) : null));
    const taken = await takeShift(this.till.store, reports[0]!, reports[1]!);
    if (JSON.stringify(place) !== JSON.stringify(this.till.place()))
      await this.till.store.setMeta('place', place);
    else if (!taken) return;
    await this.till.changed();
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
    this.syncDue = performance.now() + SYNC_MS;
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
          if (answer.status === 0) this.probe();
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
