import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { formatMoney } from '@kerben/core';
import { Empty, Icon, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { CountReview } from './count-review';
import { listGoods, moveStock } from './goods-api';
import {
  type ScanKind,
  changed,
  costOf,
  differences,
  emptyDraft,
  keepDraft,
  movements,
  readDraft,
  scanned,
  withExpected,
} from './scan-draft';
import { type Found, ScanInput } from './scan-input';
import { ScanLines } from './scan-lines';

const BATCH = 100;

/**
 * Goods scanned one by one into a list that outlives a reload. Goods in are saved at once; a count is compared with
 * the books first and saved after a look at the differences.
 */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountReview, Empty, Icon, RouterLink, ScanInput, ScanLines, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/stock"><k-icon [of]="back" [size]="18" /> {{ t('goods.stock_title') }}</a>
      @if (reviewing()) {
        <h1>{{ t('goods.review') }}</h1>
        <b-count-review [draft]="draft()" />
        <div class="foot k-row k-row--between">
          <button type="button" class="k-btn" [disabled]="busy()" (click)="reviewing.set(false)">
            {{ t('goods.back_to_count') }}
          </button>
          <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="save()">
            {{ t('goods.save_stocktake') }}
          </button>
        </div>
      } @else {
        <h1>{{ t(goodsIn() ? 'goods.goods_in_title' : 'goods.stocktake') }}</h1>
        @if (!draft().lines.length) {
          <p class="k-soft">{{ t('goods.scan_intro_' + kind()) }}</p>
        }
        <b-scan-input [shopId]="current.shopId()" (found)="add($event)" />
        @if (draft().lines.length) {
          <b-scan-lines [(draft)]="draft" [cost]="goodsIn()" />
          @if (goodsIn()) {
            <div class="pair">
              <label class="k-field">
                <span>{{ t('goods.supplier') }}</span>
                <input
                  class="k-input"
                  maxlength="200"
                  autocomplete="off"
                  [value]="draft().supplier"
                  (change)="change({ supplier: $any($event.target).value })"
                />
              </label>
              <label class="k-field">
                <span>{{ t('goods.note') }}</span>
                <input
                  class="k-input"
                  maxlength="500"
                  autocomplete="off"
                  [value]="draft().note"
                  (change)="change({ note: $any($event.target).value })"
                />
              </label>
            </div>
          }
          <div class="foot k-row k-row--between">
            <p role="status">
              <span class="k-strong">{{ t('goods.lines', { n: draft().lines.length }) }}</span>
              @if (sum(); as worth) {
                <span class="k-soft">{{ t('goods.total_cost', { sum: worth }) }}</span>
              }
            </p>
            <div class="k-row">
              <button type="button" class="k-btn" [disabled]="busy()" (click)="clear()">
                {{ t('goods.clear_list') }}
              </button>
              <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="finish()">
                {{ t(goodsIn() ? 'goods.save_goods_in' : 'goods.check_count') }}
              </button>
            </div>
          </div>
        } @else {
          <k-empty [heading]="t('goods.lines_none')" />
        }
      }
    </main>
  `,
  styleUrl: './scan-page.css',
})
export class ScanPage {
  /** From the route: what becomes of the list. */
  readonly kind = input.required<ScanKind>();

  protected readonly current = inject(CurrentShop);
  protected readonly goodsIn = computed(() => this.kind() === 'goods_in');
  protected readonly draft = linkedSignal(() => readDraft(this.kind(), this.current.shopId()));
  protected readonly busy = signal(false);
  protected readonly reviewing = signal(false);
  protected readonly back = ArrowLeft;
  protected readonly sum = computed(() => {
    const cost = this.goodsIn() ? costOf(this.draft()) : 0;
    return cost ? formatMoney(cost) : '';
  });
  private readonly lines = viewChild(ScanLines);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => keepDraft(this.kind(), this.current.shopId(), this.draft()));
  }

  protected add({ product, variant }: Found): void {
    this.draft.set(scanned(this.draft(), product, variant));
  }

  protected change(what: { supplier?: string; note?: string }): void {
    this.draft.set(changed(this.draft(), what));
  }

  protected clear(): void {
    const before = this.draft();
    this.draft.set(emptyDraft());
    const label = this.transloco.translate<string>('common.undo');
    this.toasts.good(this.transloco.translate('goods.list_cleared'), {
      label,
      run: () => this.draft.set(before),
    });
  }

  protected async finish(): Promise<void> {
    if (Object.keys(this.lines()?.wrong() ?? {}).length) {
      this.toasts.bad(this.transloco.translate<string>('goods.fix_lines'));
      return;
    }
    await (this.goodsIn() ? this.save() : this.compare());
  }

  protected save(): Promise<void> {
    return this.work(async () => {
      const shopId = this.current.shopId();
      const calls = movements(this.draft(), this.kind());
      const { more, less } = differences(this.draft());
      const n = this.goodsIn() ? calls.reduce((sum, call) => sum + call.items.length, 0) : more + less;
      for (const { key, items } of calls) await moveStock(shopId, items, key);
      this.draft.set(emptyDraft());
      keepDraft(this.kind(), shopId, this.draft());
      this.toasts.good(this.transloco.translate('goods.saved_' + this.kind(), { n }));
      await this.router.navigateByUrl('/stock');
    });
  }

  /** Reads what the books say now: goods may have been sold since they were scanned. */
  private compare(): Promise<void> {
    return this.work(async () => {
      const ids = this.draft().lines.map((line) => line.variantId);
      for (let at = 0; at < ids.length; at += BATCH) {
        const page = await listGoods(this.current.shopId(), { variant_id: ids.slice(at, at + BATCH) });
        this.draft.set(withExpected(this.draft(), page.items));
      }
      this.reviewing.set(true);
    });
  }

  private async work(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      await work();
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
