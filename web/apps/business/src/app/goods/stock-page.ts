import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Empty, Failed, Icon, Loading, Picture } from '@kerben/design';
import { Wedge } from '@kerben/features/scanner';
import { ClipboardCheck, PackagePlus } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { type Product, type Variant, listGoods } from './goods-api';
import { goodsLive, replaced } from './goods-live';
import { runningOut } from './goods-list-page';
import { Paged } from './paged';
import { attributesText, showQty, stockState } from './quantities';
import { readDraft } from './scan-draft';
import { SearchField } from './search-field';
import { StockDialog } from './stock-dialog';

/** What lies in the shop: levels, changes with their causes, goods in and stocktake by scanning. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Empty,
    Failed,
    Icon,
    Loading,
    Picture,
    RouterLink,
    SearchField,
    StockDialog,
    TranslocoDirective,
    Wedge,
  ],
  template: `
    <main class="k-page k-stack" id="content" (kWedge)="find($event)" *transloco="let t">
      <div class="k-row k-row--between">
        <h1>{{ t('goods.stock_title') }}</h1>
        <div class="k-row acts">
          <a class="k-btn" routerLink="/stock/count">
            <k-icon [of]="icons.count" [size]="18" /> {{ t('goods.stocktake') }}
          </a>
          <a class="k-btn k-btn--primary" routerLink="/stock/in">
            <k-icon [of]="icons.in" [size]="18" /> {{ t('goods.goods_in') }}
          </a>
        </div>
      </div>
      @for (one of waiting(); track one.link) {
        <a class="k-notice k-notice--warn" [routerLink]="one.link">
          {{ t('goods.' + one.text) }}. {{ t('goods.draft_waiting', { n: one.lines }) }}
        </a>
      }
      <b-search [value]="q() ?? ''" [label]="t('goods.search')" (changed)="find($event)" />
      <div class="k-chips" role="group" [attr.aria-label]="t('goods.which')">
        <button type="button" class="k-chip" [attr.aria-pressed]="!low()" (click)="go({ low: null })">
          {{ t('goods.filter_stock_all') }}
        </button>
        <button type="button" class="k-chip" [attr.aria-pressed]="low()" (click)="go({ low: '1', q: null })">
          {{ t('goods.filter_stock_low') }}
        </button>
      </div>

      @if (list.items(); as items) {
        @if (list.error()) {
          <p class="k-notice k-notice--warn" role="status">{{ t('goods.not_fresh') }}</p>
        }
        @if (rows().length) {
          <div class="k-list table" [attr.aria-busy]="list.busy()">
            <div class="line head" aria-hidden="true">
              <span class="what">{{ t('goods.col_goods') }}</span>
              <span>{{ t('goods.col_on_hand') }}</span>
              <span>{{ t('goods.col_reserved') }}</span>
              <span>{{ t('goods.col_free') }}</span>
              <span>{{ t('goods.col_low') }}</span>
            </div>
            @for (row of rows(); track row.variant.id) {
              <button type="button" class="line" (click)="look(row)">
                <k-picture
                  [src]="row.product.picture"
                  [picture]="row.product.pictures[0]"
                  alt=""
                  sizes="48px"
                />
                <span class="what">
                  <span class="name">{{ row.product.name }}</span>
                  <span class="k-soft k-small">{{ row.details }}</span>
                  @if (row.variant.reserved) {
                    <span class="k-small kept">{{
                      t('goods.reserved_n', { n: show(row.variant.reserved) })
                    }}</span>
                  }
                </span>
                <span class="n a"
                  ><span class="word">{{ t('goods.col_on_hand') }}</span>
                  <span class="k-num">{{ show(row.variant.on_hand) }}</span></span
                >
                <span class="n b"
                  ><span class="word">{{ t('goods.col_reserved') }}</span>
                  <span class="k-num" [class.k-soft]="!row.variant.reserved">{{
                    show(row.variant.reserved)
                  }}</span></span
                >
                <span class="n c"
                  ><span class="word">{{ t('goods.col_free') }}</span>
                  <span
                    class="k-num free"
                    [class.k-badge]="row.state !== 'fine'"
                    [class.k-badge--bad]="row.state === 'none'"
                    [class.k-badge--warn]="row.state === 'low'"
                    >{{ show(row.variant.stock_qty) }}{{ row.kg ? ' ' + t('common.kg') : '' }}</span
                  ></span
                >
                <span class="n d"
                  ><span class="word">{{ t('goods.col_low') }}</span>
                  <span class="k-num k-soft">{{ row.low }}</span></span
                >
              </button>
            }
          </div>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else if (low()) {
          <k-empty [heading]="t('goods.none_low')" [text]="t('goods.none_low_text')">
            <button type="button" class="k-btn" (click)="go({ low: null })">{{ t('goods.show_all') }}</button>
          </k-empty>
        } @else if (q()) {
          <k-empty [heading]="t('goods.nothing_found')" [text]="t('goods.nothing_found_text', { q: q() })">
            <button type="button" class="k-btn" (click)="find('')">{{ t('common.clear') }}</button>
          </k-empty>
        } @else {
          <k-empty [heading]="t('goods.stock_none')" [text]="t('goods.stock_none_text')">
            <a class="k-btn" routerLink="/goods/new">{{ t('goods.add') }}</a>
          </k-empty>
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="6" />
      }
      @if (looked(); as row) {
        <b-stock-dialog
          [(open)]="open"
          [variant]="row.variant"
          [name]="row.title"
          (saved)="refresh(row.variant.id)"
        />
      }
    </main>
  `,
  styleUrl: './stock-page.css',
})
export class StockPage {
  /** From the address: words; `low` set: what is running out. */
  readonly q = input<string>();
  readonly lowGiven = input<string>(undefined, { alias: 'low' });

  protected readonly low = computed(() => !!this.lowGiven());
  protected readonly list = new Paged<Product>();
  protected readonly open = signal(false);
  protected readonly show = showQty;
  protected readonly icons = { in: PackagePlus, count: ClipboardCheck };
  private readonly current = inject(CurrentShop);
  private readonly router = inject(Router);
  private readonly lookedAt = signal<string | null>(null);

  protected readonly rows = computed(() =>
    (this.list.items() ?? [])
      .filter((product) => product.is_active || !!this.q())
      .flatMap((product) => product.variants.map((variant) => row(product, variant)))
      .filter((one) => !this.low() || one.state !== 'fine'),
  );
  protected readonly looked = computed(() => this.rows().find((r) => r.variant.id === this.lookedAt()));
  protected readonly waiting = computed(() => {
    const shopId = this.current.shopId();
    return [
      { link: '/stock/in', text: 'goods_in', lines: readDraft('goods_in', shopId).lines.length },
      { link: '/stock/count', text: 'stocktake', lines: readDraft('stocktake', shopId).lines.length },
    ].filter((draft) => draft.lines > 0);
  });

  constructor() {
    const live = goodsLive();
    let shown = '';
    effect((onCleanup) => {
      const shopId = this.current.shopId();
      const [q, low] = [this.q() ?? '', this.low()];
      untracked(() => {
        const keep = shown === shopId;
        shown = shopId;
        this.list.start(
          (cursor, signal) =>
            low
              ? runningOut(shopId, cursor, signal)
              : listGoods(shopId, { q, status: q ? 'all' : 'on_sale', limit: 50, cursor }, signal),
          keep,
        );
      });
      onCleanup(
        live(
          shopId,
          (id) => (this.list.items() ?? []).some((p) => p.variants.some((v) => v.id === id)),
          (fresh) => this.list.update((items) => replaced(items, fresh)),
          () => this.list.again(),
        ),
      );
    });
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected look(one: { variant: Variant }): void {
    this.lookedAt.set(one.variant.id);
    this.open.set(true);
  }

  protected async refresh(variantId: string): Promise<void> {
    const fresh = await listGoods(this.current.shopId(), { variant_id: [variantId] }).catch(() => null);
    if (fresh) this.list.update((items) => replaced(items, fresh.items));
  }

  protected find(words: string): void {
    this.go({ q: words || null, ...(words ? { low: null } : {}) });
  }

  protected go(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }
}

function row(product: Product, variant: Variant) {
  const low = variant.low_stock;
  return {
    product,
    variant,
    details: [attributesText(variant.attributes), variant.sku].filter(Boolean).join(' · '),
    title: [product.name, attributesText(variant.attributes)].filter(Boolean).join(', '),
    state: stockState(variant),
    kg: variant.unit === 'kg',
    low: low === null ? '—' : showQty(low),
  };
}
