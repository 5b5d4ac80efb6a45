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
import { formatMoney } from '@kerben/core';
import { Empty, Icon, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { moveStock } from './goods-api';
import { changed, costOf, emptyDraft, keepDraft, movements, readDraft, scanned } from './scan-draft';
import { type Found, ScanInput } from './scan-input';
import { ScanLines } from './scan-lines';

/** Goods that came in: scanned one by one, saved together; an unsaved list outlives a reload. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Icon, RouterLink, ScanInput, ScanLines, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/stock"><k-icon [of]="back" [size]="18" /> {{ t('goods.stock_title') }}</a>
      <h1>{{ t('goods.goods_in_title') }}</h1>
      @if (!draft().lines.length) {
        <p class="k-soft">{{ t('goods.scan_intro_goods_in') }}</p>
      }
      <b-scan-input [shopId]="current.shopId()" (found)="add($event)" />
      @if (draft().lines.length) {
        <b-scan-lines [(draft)]="draft" [cost]="true" />
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
            <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="save()">
              {{ t('goods.save_goods_in') }}
            </button>
          </div>
        </div>
      } @else {
        <k-empty [heading]="t('goods.lines_none')" />
      }
    </main>
  `,
  styleUrl: './scan-page.css',
})
export class GoodsInPage {
  protected readonly current = inject(CurrentShop);
  protected readonly draft = linkedSignal(() => readDraft('goods_in', this.current.shopId()));
  protected readonly busy = signal(false);
  protected readonly back = ArrowLeft;
  protected readonly sum = computed(() => {
    const cost = costOf(this.draft());
    return cost ? formatMoney(cost) : '';
  });
  private readonly lines = viewChild(ScanLines);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => keepDraft('goods_in', this.current.shopId(), this.draft()));
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

  protected async save(): Promise<void> {
    if (this.busy()) return;
    if (Object.keys(this.lines()?.wrong() ?? {}).length) {
      this.toasts.bad(this.transloco.translate<string>('goods.fix_lines'));
      return;
    }
    const shopId = this.current.shopId();
    const calls = movements(this.draft(), 'goods_in');
    const n = calls.reduce((sum, call) => sum + call.items.length, 0);
    this.busy.set(true);
    try {
      for (const { key, items } of calls) await moveStock(shopId, items, key);
      this.draft.set(emptyDraft());
      keepDraft('goods_in', shopId, this.draft());
      this.toasts.good(this.transloco.translate('goods.saved_goods_in', { n }));
      await this.router.navigateByUrl('/stock');
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
