import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { Empty, Failed, Icon, Loading, Picture } from '@kerben/design';
import { formatMoney } from '@kerben/core';
import { Wedge } from '@kerben/features/scanner';
import { ChevronRight, FileUp, Plus } from 'lucide';
import { Chips } from '../shell/chips';
import { CurrentShop } from '../shell/current-shop';
import { type Page, type Product, type SaleState, listGoods } from './goods-api';
import { goodsLive, replaced } from './goods-live';
import { Paged } from './paged';
import { showQty, summary } from './quantities';
import { SearchField } from './search-field';

type Filter = SaleState | 'low';
const FILTERS: readonly Filter[] = ['all', 'on_sale', 'off_sale', 'low'];
const BATCH = 50;

/** All goods of the shop, withdrawn ones too. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, Empty, Failed, Icon, Loading, Picture, RouterLink, SearchField, TranslocoDirective, Wedge],
  template: `
    <main class="k-page k-stack" id="content" (kWedge)="find($event)" *transloco="let t">
      <div class="k-row k-row--between">
        <h1>{{ t('goods.title') }}</h1>
        @if (current.may('goods')) {
          <div class="k-row acts">
            <a class="k-btn" routerLink="/goods/import">
              <k-icon [of]="icons.file" [size]="18" /> {{ t('goods.by_file') }}
            </a>
            <a class="k-btn k-btn--primary" routerLink="/goods/new">
              <k-icon [of]="icons.plus" [size]="18" /> {{ t('goods.add') }}
            </a>
          </div>
        }
      </div>
      <b-search [value]="q() ?? ''" [label]="t('goods.search')" (changed)="find($event)" />
      <div class="k-chips" role="group" [attr.aria-label]="t('goods.which')" bChips>
        @for (one of filters; track one) {
          <button
            type="button"
            class="k-chip"
            [attr.aria-pressed]="filter() === one"
            (click)="go({ status: one === 'all' ? null : one })"
          >
            {{ t('goods.filter_' + one) }}
          </button>
        }
      </div>

      @if (list.items(); as items) {
        @if (list.error()) {
          <p class="k-notice k-notice--warn" role="status">{{ t('goods.not_fresh') }}</p>
        }
        @if (items.length) {
          <ul class="k-list goods" role="list" [attr.aria-busy]="list.busy()">
            @for (row of rows(); track row.product.id) {
              <li>
                <a [routerLink]="['/goods', row.product.id]">
                  <k-picture
                    [src]="row.product.picture"
                    [picture]="row.product.pictures[0]"
                    [alt]="''"
                    sizes="64px"
                  />
                  <span class="what">
                    <span class="name">{{ row.product.name }}</span>
                    <span class="k-soft k-small">
                      {{
                        row.product.variants.length > 1
                          ? t('goods.n_variants', { n: row.product.variants.length })
                          : row.product.variants[0]?.sku
                      }}
                      @if (row.state === 'low' && row.several && row.product.is_active) {
                        · <span class="some">{{ t(row.gone ? 'goods.some_gone' : 'goods.some_low') }}</span>
                      }
                    </span>
                  </span>
                  <span class="price k-money">{{ row.price }}</span>
                  <span class="stock">
                    @if (!row.product.is_active) {
                      <span class="k-badge">{{ t('goods.off_sale') }}</span>
                    } @else if (row.state === 'none') {
                      <span class="k-badge k-badge--bad">{{ t('goods.sold_out') }}</span>
                    } @else {
                      <span
                        class="k-num"
                        [class.k-badge]="row.state === 'low' && !row.several"
                        [class.k-badge--warn]="row.state === 'low' && !row.several"
                        >{{ t(row.kg ? 'goods.left_kg' : 'goods.left', { n: row.free }) }}</span
                      >
                    }
                  </span>
                  <k-icon class="go" [of]="icons.go" [size]="18" />
                </a>
              </li>
            }
          </ul>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else if (q()) {
          <k-empty [heading]="t('goods.nothing_found')" [text]="t('goods.nothing_found_text', { q: q() })">
            <button type="button" class="k-btn" (click)="find('')">{{ t('common.clear') }}</button>
          </k-empty>
        } @else if (filter() !== 'all') {
          <k-empty
            [heading]="t('goods.none_' + filter())"
            [text]="filter() === 'low' ? t('goods.none_low_text') : ''"
          >
            <button type="button" class="k-btn" (click)="go({ status: null })">
              {{ t('goods.show_all') }}
            </button>
          </k-empty>
        } @else {
          <k-empty [heading]="t('goods.none')" [text]="t('goods.none_text')">
            @if (current.may('goods')) {
              <a class="k-btn" routerLink="/goods/new">{{ t('goods.add') }}</a>
            }
          </k-empty>
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="6" />
      }
    </main>
  `,
  styles: `
    .goods > li {
      padding: 0;
    }
    .goods a {
      display: grid;
      grid-template-columns: 64px minmax(0, 1fr) auto;
      grid-template-areas: 'picture what what' 'picture price stock';
      align-items: center;
      gap: 2px var(--s3);
      padding: var(--s3) var(--s4);
      color: inherit;
      text-decoration: none;
    }
    .goods a:hover {
      background: var(--sunken);
    }
    k-picture {
      grid-area: picture;
      width: 64px;
      border-radius: var(--radius-small);
    }
    .what {
      grid-area: what;
      display: grid;
      min-width: 0;
    }
    .name {
      font-weight: 550;
      line-height: 1.35;
      display: -webkit-box;
      -webkit-line-clamp: 2;
      -webkit-box-orient: vertical;
      overflow: hidden;
    }
    .what .k-small {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .price {
      grid-area: price;
      font-weight: 600;
    }
    .stock {
      grid-area: stock;
      text-align: end;
    }
    .some {
      color: var(--apricot-ink);
    }
    .go {
      display: none;
      color: var(--clay);
    }
    .more {
      justify-self: center;
    }
    @media (width < 600px) {
      .acts {
        display: grid;
        grid-template-columns: 1fr 1fr;
        width: 100%;
      }
      .acts .k-btn {
        padding-inline: var(--s1);
        white-space: nowrap;
      }
      .k-chips {
        flex-wrap: nowrap;
        margin-inline: calc(-1 * var(--s4));
        padding-inline: var(--s4);
        overflow-x: auto;
        scrollbar-width: none;
      }
      .k-chip {
        flex: none;
      }
    }
    @media (width >= 720px) {
      .goods a {
        grid-template-columns: 64px minmax(0, 1fr) 190px 150px 18px;
        grid-template-areas: 'picture what price stock go';
        padding-block: var(--s2);
      }
      .price,
      .stock {
        justify-self: end;
      }
      .go {
        grid-area: go;
        display: inline-flex;
      }
    }
  `,
})
export class GoodsListPage {
  /** From the address: the words and which goods. */
  readonly q = input<string>();
  readonly status = input<string>();

  protected readonly current = inject(CurrentShop);
  protected readonly list = new Paged<Product>();
  protected readonly filters = FILTERS;
  protected readonly icons = { file: FileUp, plus: Plus, go: ChevronRight };
  protected readonly filter = computed<Filter>(() => FILTERS.find((f) => f === this.status()) ?? 'all');
  protected readonly rows = computed(() =>
    once(this.list.items() ?? []).map((product) => {
      const { from, to, free, state, kg, gone } = summary(product);
      const price = from === to ? formatMoney(from) : `${bare(from)} – ${formatMoney(to)}`;
      return { product, state, kg, gone, price, free: showQty(free), several: product.variants.length > 1 };
    }),
  );
  private readonly router = inject(Router);

  constructor() {
    const live = goodsLive();
    let shown = '';
    effect((onCleanup) => {
      const shopId = this.current.shopId();
      const q = this.q() ?? '';
      const filter = this.filter();
      untracked(() => {
        const keep = shown === shopId;
        shown = shopId;
        this.list.start((cursor, signal) => pageOf(shopId, q, filter, cursor, signal), keep);
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

  protected find(words: string): void {
    this.go({ q: words || null, ...(this.filter() === 'low' && words ? { status: null } : {}) });
  }

  protected go(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }
}

/** Each product once: two variants that run out may come in different portions. */
function once(products: readonly Product[]): Product[] {
  return [...new Map(products.map((product) => [product.id, product])).values()];
}

/** A sum without its currency, which stands behind the second one. */
function bare(minor: number): string {
  return formatMoney(minor, '').trim();
}

async function pageOf(
  shopId: string,
  q: string,
  filter: Filter,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<Product>> {
  if (filter !== 'low') return listGoods(shopId, { q, status: filter, limit: BATCH, cursor }, signal);
  return runningOut(shopId, cursor, signal);
}

/** Goods at or below their threshold; the server tells the variants, their products come by portions. */
export async function runningOut(
  shopId: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<Product>> {
  const path = { shop_id: shopId };
  const { items } = await call(api.GET('/api/v1/shops/{shop_id}/low-stock', { params: { path }, signal }));
  const from = Number(cursor ?? 0);
  const ids = items.slice(from, from + BATCH).map((level) => level.variant_id);
  if (!ids.length) return { items: [], next_cursor: null };
  const page = await listGoods(shopId, { variant_id: ids }, signal);
  return { items: page.items, next_cursor: from + BATCH < items.length ? String(from + BATCH) : null };
}
