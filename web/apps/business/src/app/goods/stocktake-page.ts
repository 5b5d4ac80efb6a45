import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Empty, Icon, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { listGoods, moveStock } from './goods-api';
import { showQty } from './quantities';
import {
  difference,
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

/** Counting what lies in the shop: scanned, compared with the books, saved after a look at the differences. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Icon, RouterLink, ScanInput, ScanLines, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/stock"><k-icon [of]="back" [size]="18" /> {{ t('goods.stock_title') }}</a>
      <h1>{{ t(reviewing() ? 'goods.review' : 'goods.stocktake') }}</h1>
      @if (reviewing()) {
        <p>{{ t('goods.review_text', counts()) }}</p>
        @if (differing().length) {
          <div class="k-table-wrap" tabindex="0" role="region" [attr.aria-label]="t('goods.review')">
            <table class="k-table" [attr.aria-label]="t('goods.review')">
              <thead>
                <tr>
                  <th scope="col">{{ t('goods.col_goods') }}</th>
                  <th scope="col" class="k-num">{{ t('goods.expected') }}</th>
                  <th scope="col" class="k-num">{{ t('goods.counted') }}</th>
                  <th scope="col" class="k-num">{{ t('goods.difference') }}</th>
                </tr>
              </thead>
              <tbody>
                @for (line of differing(); track line.variantId) {
                  <tr>
                    <td>
                      <span class="k-strong">{{ line.name }}</span><br /><span class="k-soft">{{
                        line.details || line.sku
                      }}</span>
                    </td>
                    <td class="k-num">{{ show(line.expected) }}</td>
                    <td class="k-num">{{ show(line.qty) }}</td>
                    <td class="k-num k-strong" [class.less]="line.by < 0" [class.more]="line.by > 0">
                      {{ line.by > 0 ? '+' : '' }}{{ show(line.by) }}
                    </td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        } @else {
          <p class="k-notice k-notice--good">{{ t('goods.review_same') }}</p>
        }
        <div class="foot k-row k-row--between">
          <button type="button" class="k-btn" [disabled]="busy()" (click)="reviewing.set(false)">
            {{ t('goods.back_to_count') }}
          </button>
          <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="save()">
            {{ t('goods.save_stocktake') }}
          </button>
        </div>
      } @else {
        @if (!draft().lines.length) {
          <p class="k-soft">{{ t('goods.scan_intro_stocktake') }}</p>
        }
        <b-scan-input [shopId]="current.shopId()" (found)="add($event)" />
        @if (draft().lines.length) {
          <b-scan-lines [(draft)]="draft" />
          <div class="foot k-row k-row--between">
            <p class="k-strong" role="status">{{ t('goods.lines', { n: draft().lines.length }) }}</p>
            <div class="k-row">
              <button type="button" class="k-btn" [disabled]="busy()" (click)="clear()">
                {{ t('goods.clear_list') }}
              </button>
              <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="compare()">
                {{ t('goods.check_count') }}
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
export class StocktakePage {
  protected readonly current = inject(CurrentShop);
  protected readonly draft = linkedSignal(() => readDraft('stocktake', this.current.shopId()));
  protected readonly busy = signal(false);
  protected readonly reviewing = signal(false);
  protected readonly show = showQty;
  protected readonly back = ArrowLeft;
  protected readonly counts = computed(() => differences(this.draft()));
  protected readonly differing = computed(() =>
    this.draft()
      .lines.map((line) => ({ ...line, by: difference(line) }))
      .filter((line) => line.by !== 0)
      .sort((a, b) => a.by - b.by),
  );
  private readonly lines = viewChild(ScanLines);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => keepDraft('stocktake', this.current.shopId(), this.draft()));
  }

  protected add({ product, variant }: Found): void {
    this.draft.set(scanned(this.draft(), product, variant));
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

  /** Reads what the books say now: goods may have been sold since they were scanned. */
  protected async compare(): Promise<void> {
    if (this.busy()) return;
    if (Object.keys(this.lines()?.wrong() ?? {}).length) {
      this.toasts.bad(this.transloco.translate<string>('goods.fix_lines'));
      return;
    }
    this.busy.set(true);
    try {
      const ids = this.draft().lines.map((line) => line.variantId);
      for (let at = 0; at < ids.length; at += BATCH) {
        const page = await listGoods(this.current.shopId(), { variant_id: ids.slice(at, at + BATCH) });
        this.draft.set(withExpected(this.draft(), page.items));
      }
      this.reviewing.set(true);
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  protected async save(): Promise<void> {
    if (this.busy()) return;
    const shopId = this.current.shopId();
    const n = this.differing().length;
    this.busy.set(true);
    try {
      for (const { key, items } of movements(this.draft(), 'stocktake')) await moveStock(shopId, items, key);
      this.draft.set(emptyDraft());
      keepDraft('stocktake', shopId, this.draft());
      this.toasts.good(this.transloco.translate('goods.saved_stocktake', { n }));
      await this.router.navigateByUrl('/stock');
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
