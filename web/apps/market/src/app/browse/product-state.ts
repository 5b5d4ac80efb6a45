import {
  DestroyRef,
  Injectable,
  computed,
  effect,
  inject,
  linkedSignal,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { Problem, type Schemas } from '@kerben/api';
import { Live, type LiveMessage, inserted } from '@kerben/core';
import { type Product, readProduct } from './data';

type Money = Schemas['MoneyView'];

const AFTER_MS = 1500;
/** A device whose clock is wrong must not ask without end. */
const SOONEST_MS = 20_000;
const LONGEST_MS = 2_000_000_000;
const AGAIN_MS = 10_000;
/** The product's and the shop's topics begin one right after the other: one reading answers both. */
const GATHER_MS = 200;

/** A product on an open page: as it came, and from then on as it changes. Provided by the page. */
@Injectable()
export class ProductState {
  private readonly live = inject(Live);
  private readonly id = signal<string | undefined>(undefined);
  private readonly read = resource({
    params: () => this.id(),
    loader: async ({ params, abortSignal }) =>
      inserted<Product>(`/api/v1/products/${params}`) ?? (await readProduct(params, abortSignal)),
  });
  /** What is shown; a failed re-reading leaves it as it is. */
  readonly product = linkedSignal<Product | undefined>(() =>
    this.read.hasValue() && this.read.value().id === this.id() ? this.read.value() : undefined,
  );
  private readonly removed = signal(false);
  readonly error = this.read.error;
  private again: ReturnType<typeof setTimeout> | undefined;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private reading = false;
  private wanted = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.again);
      clearTimeout(this.gathering);
    });
    effect((onCleanup) => {
      const id = this.id();
      if (id) onCleanup(this.live.subscribe(`product:${id}`, (message) => this.heard(message)));
    });
    // By its id alone: every reading gives another product object, and the topic stays.
    const shopId = computed(() => this.product()?.shop.id);
    effect((onCleanup) => {
      const shop = shopId();
      if (shop) onCleanup(untracked(() => this.live.subscribe(`shop:${shop}`, (m) => this.heard(m))));
    });
    // When the till falls silent no word may come: the promise simply ends.
    effect((onCleanup) => {
      const product = this.product();
      if (!product?.eligible_until) return;
      const left = Date.parse(product.eligible_until) - Date.now() + AFTER_MS;
      const timer = setTimeout(() => void this.refresh(), Math.min(Math.max(left, SOONEST_MS), LONGEST_MS));
      onCleanup(() => clearTimeout(timer));
    });
  }

  /** Shows another product. */
  open(id: string): void {
    if (this.id() === id) return;
    this.removed.set(false);
    this.id.set(id);
  }

  gone(): boolean {
    const error = this.read.error();
    return this.removed() || (error instanceof Problem && error.status === 404);
  }

  reload(): void {
    this.read.reload();
  }

  private heard({ kind, data }: LiveMessage): void {
    const product = untracked(this.product);
    if (!product) return;
    const ours = data['product_id'] === undefined || data['product_id'] === product.id;
    if (kind === 'stock_changed' && ours) this.variant(data, { stock_qty: Number(data['stock_qty']) });
    else if (kind === 'price_changed' && ours) this.variant(data, { price: data['price'] as Money });
    else if (kind === 'reset') this.gather();
    else if (kind === 'pos_status_changed' || (kind === 'product_changed' && ours)) void this.refresh();
  }

  private gather(): void {
    clearTimeout(this.gathering);
    this.gathering = setTimeout(() => void this.refresh(), GATHER_MS);
  }

  private variant(data: Record<string, unknown>, change: Partial<Product['variants'][number]>): void {
    this.product.update((product) => {
      if (!product) return product;
      const variants = product.variants.map((v) => (v.id === data['variant_id'] ? { ...v, ...change } : v));
      const cheapest = variants.reduce<Money | null>(
        (least, v) => (least === null || v.price.amount < least.amount ? v.price : least),
        null,
      );
      return { ...product, variants, price: cheapest ?? product.price };
    });
  }

  /** Reads the product again, once at a time; what was missed meanwhile is read right after. */
  private async refresh(): Promise<void> {
    const id = this.id();
    if (!id) return;
    this.wanted = true;
    if (this.reading) return;
    this.reading = true;
    clearTimeout(this.again);
    try {
      while (this.wanted) {
        this.wanted = false;
        const product = await readProduct(id);
        if (this.id() === id) this.product.set(product);
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.removed.set(this.id() === id);
      else this.again = setTimeout(() => void this.refresh(), AGAIN_MS);
    } finally {
      this.reading = false;
    }
  }
}
