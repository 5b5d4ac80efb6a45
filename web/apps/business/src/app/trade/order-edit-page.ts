import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { MoneyPipe, PageTitle } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { type Product, getProduct, listGoods } from '../goods/goods-api';
import { focusWrong } from '../shell/focus-wrong';
import { GoodsPicker } from './goods-picker';
import {
  EMPTY,
  type OrderDraft,
  draftOf,
  editOf,
  methodOf,
  methodsFor,
  missingOf,
  paymentOf,
} from './order-draft';
import { OrderFields } from './order-fields';
import { type Editable, editable } from './order-states';
import { type Wanted, sumOf, variantText } from './phone-order';
import { type Order, getOrder } from './trade-api';

interface Found {
  order: Order;
  may: Editable;
  methods: Schemas['DeliveryMethodView'][];
  lines: Wanted[];
  /** Goods whose size the buyer left to be agreed. */
  open: { line: Order['items'][number]; product: Product }[];
}

/** A manager corrects an order: all of it before it is confirmed, where and when while it awaits payment. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Failed,
    FormsModule,
    GoodsPicker,
    Icon,
    Loading,
    MoneyPipe,
    OrderFields,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" [routerLink]="['/orders', id()]"
        ><k-icon [of]="back" [size]="18" />
        {{
          found.hasValue() ? t('trade.order.title', { number: found.value().order.number }) : t('common.back')
        }}</a
      >
      <h1>{{ t('trade.edit.title') }}</h1>
      @if (found.hasValue()) {
        @let it = found.value();
        @if (it.may === 'nothing') {
          <p class="k-notice">{{ t('trade.edit.too_late') }}</p>
        } @else {
          <div class="columns" [class.columns--one]="it.may === 'delivery'">
            @if (it.may === 'everything') {
              <section class="k-stack" aria-labelledby="goods">
                <h2 id="goods">{{ t('trade.order.goods') }}</h2>
                @for (one of it.open; track $index; let at = $index) {
                  <label class="k-card k-field">
                    <span>{{ one.line.name }}</span>
                    <select class="k-select" [ngModel]="sizes()[at] ?? ''" (ngModelChange)="size(at, $event)">
                      <option value="">{{ t('trade.order.size_open') }}</option>
                      @for (variant of one.product.variants; track variant.id) {
                        <option [value]="variant.id" [disabled]="variant.stock_qty <= 0">
                          {{ words(variant) }}
                        </option>
                      }
                    </select>
                    @if (one.line.note) {
                      <small class="k-hint">{{ one.line.note }}</small>
                    }
                  </label>
                }
                <b-goods-picker [(lines)]="lines" />
              </section>
            }
            <form class="k-card k-form" (ngSubmit)="save(it)">
              @if (it.may === 'delivery') {
                <p class="k-notice">{{ t('trade.edit.delivery_only') }}</p>
              }
              <b-order-fields
                [(draft)]="draft"
                [methods]="it.methods"
                [missing]="missing()"
                [problem]="problem()"
                [everything]="it.may === 'everything'"
              />
              <dl class="sums">
                <dt>{{ t('trade.order.items_total') }}</dt>
                <dd class="k-money">{{ sum() | money }}</dd>
                <dt>{{ t('trade.order.fee') }}</dt>
                <dd class="k-money">{{ fee() | money }}</dd>
                <dt class="k-strong">{{ t('trade.order.total') }}</dt>
                <dd class="k-money k-strong" aria-live="polite">{{ sum() + fee() | money }}</dd>
              </dl>
              @if (recounted()) {
                <p class="k-hint">{{ t('trade.edit.prices') }}</p>
              }
              <div class="k-row">
                <button type="submit" class="k-btn k-btn--primary" [disabled]="busy() || !any()">
                  {{ t('common.save') }}
                </button>
                <a class="k-btn k-btn--plain" [routerLink]="['/orders', id()]">{{ t('common.cancel') }}</a>
              </div>
            </form>
          </div>
        }
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading [count]="5" />
      }
    </main>
  `,
  styleUrl: './order-form.css',
})
export class OrderEditPage {
  /** From the address. */
  readonly id = input.required<string>();

  protected readonly back = ArrowLeft;
  protected readonly lines = signal<readonly Wanted[]>([]);
  protected readonly draft = signal<OrderDraft>(EMPTY);
  /** The variant chosen for each line whose size was open. */
  protected readonly sizes = signal<Readonly<Record<number, string>>>({});
  protected readonly missing = signal<ReadonlySet<string>>(new Set());
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  protected readonly words = (variant: Wanted['variant']): string => variantText(variant) || variant.sku;
  private readonly router = inject(Router);
  private readonly title = inject(PageTitle);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly found = resource({
    params: () => this.id(),
    loader: ({ params, abortSignal }) => load(params, abortSignal),
  });
  private readonly method = computed(() =>
    this.found.hasValue() ? methodOf(this.draft(), this.found.value().methods) : null,
  );
  /** Whether the goods are others than were ordered: they are priced as of today then. */
  protected readonly recounted = computed(() => {
    const it = this.found.hasValue() ? this.found.value() : null;
    return !!it && (itemsOf(this.lines()) !== itemsOf(it.lines) || Object.values(this.sizes()).some(Boolean));
  });
  protected readonly any = computed(
    () => this.lines().length > 0 || (this.found.hasValue() && this.found.value().open.length > 0),
  );
  protected readonly sum = computed(() => {
    const it = this.found.hasValue() ? this.found.value() : null;
    if (!it || !this.recounted()) return it?.order.items_total.amount ?? 0;
    return sumOf(this.lines()) + sumOf(it.open.map((_, at) => this.chosen(it, at)));
  });
  protected readonly fee = computed(() => {
    const order = this.found.hasValue() ? this.found.value().order : null;
    const method = this.method();
    if (!order || !method || method.method === order.delivery.method) return order?.delivery_fee.amount ?? 0;
    return method.fee.amount;
  });

  constructor() {
    effect(() => {
      if (!this.found.hasValue()) return;
      const { order, lines } = this.found.value();
      this.title.set(this.transloco.translate('trade.order.title', { number: order.number }));
      this.draft.set(draftOf(order));
      this.lines.set(lines);
      this.sizes.set({});
    });
  }

  protected size(at: number, variantId: string): void {
    this.sizes.update((sizes) => ({ ...sizes, [at]: variantId }));
  }

  protected async save(it: Found): Promise<void> {
    const method = this.method();
    const payment = paymentOf(this.draft(), method);
    if (this.busy() || !method || !payment) return;
    const missing = missingOf(this.draft(), method, payment);
    this.missing.set(missing);
    this.problem.set(null);
    if (missing.size) return focusWrong();
    const body = editOf(it.order, this.draft(), method, payment, it.may === 'everything');
    if (this.recounted()) body.items = this.items(it);
    this.busy.set(true);
    try {
      if (Object.keys(body).length) {
        await call(
          api.PATCH('/api/v1/orders/{order_id}', { params: { path: { order_id: this.id() } }, body }),
        );
        this.toasts.good(this.transloco.translate('trade.edit.done'));
      }
      await this.router.navigate(['/orders', this.id()], { replaceUrl: true });
    } catch (error) {
      if (error instanceof Problem && error.errors.length) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  private items(it: Found): Schemas['EditItem'][] {
    const notes = new Map(it.order.items.map((line) => [line.variant_id, line.note]));
    const known = this.lines().map(({ variant, qty }) => ({
      variant_id: variant.id,
      qty,
      note: notes.get(variant.id) ?? null,
    }));
    const open = it.open.map(({ line }, at) => ({
      ...(this.sizes()[at] ? { variant_id: this.sizes()[at] } : { product_id: line.product_id }),
      qty: line.qty,
      note: line.note,
    }));
    return [...open, ...known];
  }

  /** A line of an open size as it would be counted. */
  private chosen(it: Found, at: number): Wanted {
    const { line, product } = it.open[at]!;
    const variant = product.variants.find((v) => v.id === this.sizes()[at]) ?? product.variants[0]!;
    const price = this.sizes()[at] ? variant.price : line.unit_price;
    return { product, variant: { ...variant, price }, qty: line.qty };
  }
}

async function load(id: string, signal: AbortSignal): Promise<Found> {
  const order = await getOrder(id, signal);
  const may = editable(order.status);
  if (may === 'nothing') return { order, may, methods: [], lines: [], open: [] };
  const query = { shop_id: order.shop_id };
  const ids = order.items.flatMap((line) => (line.variant_id ? [line.variant_id] : []));
  const [offer, goods, open] = await Promise.all([
    call(api.GET('/api/v1/checkout/options', { params: { query }, signal })),
    ids.length ? listGoods(order.shop_id, { variant_id: ids }, signal) : null,
    Promise.all(
      order.items
        .filter((line) => !line.variant_id)
        .map(async (line) => ({ line, product: await getProduct(order.shop_id, line.product_id, signal) })),
    ),
  ]);
  const lines = order.items.flatMap((line) => {
    const product = goods?.items.find((one) => one.variants.some((v) => v.id === line.variant_id));
    const variant = product?.variants.find((v) => v.id === line.variant_id);
    if (!product || !variant) return [];
    // What the order holds already is free for it.
    const own = { ...variant, stock_qty: variant.stock_qty + line.qty };
    return [{ product, variant: own, qty: line.qty }];
  });
  return { order, may, methods: methodsFor(order, offer.methods), lines, open };
}

function itemsOf(lines: readonly Wanted[]): string {
  return lines.map((line) => `${line.variant.id} ${line.qty}`).join();
}
