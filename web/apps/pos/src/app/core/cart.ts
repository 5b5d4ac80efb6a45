import { Injectable, computed, effect, inject, signal } from '@angular/core';
import { type CartLine, type Discount, totals } from './sums';
import { Till } from './till';
import type { Draft, Good, Payment } from './types';

interface Kept {
  lines: CartLine[];
  whole: Discount | null;
  refundOf: string | null;
}

const EMPTY: Kept = { lines: [], whole: null, refundOf: null };

/** The receipt that is being made. It survives a reload: it lies in the database until it is paid or cleared. */
@Injectable({ providedIn: 'root' })
export class Cart {
  private readonly till = inject(Till);
  private readonly state = signal<Kept>(read(this.till.cartKept));
  private next = Math.max(0, ...this.state().lines.map((line) => line.id)) + 1;

  readonly lines = computed(() => this.state().lines);
  readonly whole = computed(() => this.state().whole);
  /** The number of the receipt of another till that is being taken back. */
  readonly refundOf = computed(() => this.state().refundOf);
  readonly totals = computed(() => totals(this.lines(), this.whole()));
  /** Of the line that keys act on. */
  readonly selected = signal<number | null>(this.state().lines.at(-1)?.id ?? null);
  readonly selectedLine = computed(() => this.lines().find((line) => line.id === this.selected()) ?? null);

  constructor() {
    effect(() => {
      // Without room for it the receipt still lies in memory.
      void this.till.store.db.put('meta', this.state(), 'cart').catch(() => undefined);
    });
  }

  /** Adds goods; the same goods at the same price without a discount count up on their line. */
  add(good: Good, qty: number, discount = 0): void {
    const same = this.lines().find(
      (line) =>
        line.good.variant_id === good.variant_id &&
        line.good.price === good.price &&
        !line.discount &&
        !discount &&
        good.unit === 'pcs',
    );
    if (same) {
      this.setQty(same.id, same.qty + qty);
      this.selected.set(same.id);
      return;
    }
    const line: CartLine = {
      id: this.next++,
      good,
      qty,
      discount: discount ? { kind: 'sum', value: discount } : null,
    };
    this.state.update((state) => ({ ...state, lines: [...state.lines, line] }));
    this.selected.set(line.id);
  }

  setQty(id: number, qty: number): void {
    if (qty <= 0) this.remove(id);
    else this.change(id, { qty });
  }

  setDiscount(id: number, discount: Discount | null): void {
    this.change(id, { discount });
  }

  setWhole(whole: Discount | null): void {
    this.state.update((state) => ({ ...state, whole }));
  }

  remove(id: number): void {
    const at = this.lines().findIndex((line) => line.id === id);
    const lines = this.lines().filter((line) => line.id !== id);
    this.state.update((state) => ({ ...state, lines }));
    if (this.selected() === id) this.selected.set((lines[at] ?? lines.at(-1))?.id ?? null);
  }

  /** Selects the line before or after. */
  step(by: 1 | -1): void {
    const lines = this.lines();
    const at = lines.findIndex((line) => line.id === this.selected());
    const next = lines[Math.min(lines.length - 1, Math.max(0, at + by))];
    if (next) this.selected.set(next.id);
  }

  beginRefund(number: string): void {
    this.state.set({ ...EMPTY, refundOf: number });
  }

  clear(): Kept {
    const before = this.state();
    this.state.set(EMPTY);
    this.selected.set(null);
    return before;
  }

  restore(state: Kept): void {
    this.state.set(state);
    this.selected.set(state.lines.at(-1)?.id ?? null);
  }

  /** What is written down when it has been paid. */
  draft(payment: Payment, received: number | null): Draft {
    const { lines, total } = this.totals();
    const original = this.refundOf();
    return { type: original ? 'refund' : 'sale', original, payment, lines, total, received };
  }

  /** The goods with their newest price, so that what is added is what the catalogue says now. */
  current(good: Good): Good {
    return this.till.goods.get(good.variant_id) ?? good;
  }

  private change(id: number, to: Partial<CartLine>): void {
    this.state.update((state) => ({
      ...state,
      lines: state.lines.map((line) => (line.id === id ? { ...line, ...to } : line)),
    }));
  }
}

function read(kept: unknown): Kept {
  const state = kept as Kept | undefined;
  return state && Array.isArray(state.lines) ? state : EMPTY;
}
