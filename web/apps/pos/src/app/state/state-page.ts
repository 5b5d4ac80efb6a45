import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { AgoPipe, DateTimePipe, MoneyPipe } from '@kerben/core';
import { Dialog, Icon, LanguageSelect, ThemeSelect, Toasts } from '@kerben/design';
import { RefreshCw } from 'lucide';
import { Awake } from '../core/awake';
import { Desk } from '../core/desk';
import { LEFT_BEHIND } from '../core/handover';
import { Till } from '../core/till';
import type { CashOperation, Good, Receipt } from '../core/types';
import { MilliPipe } from '../parts/format';
import { QtyDialog } from '../parts/qty-dialog';

/** How the till does: its connection, what waits, what was refused, counts that differ; and its settings. */
@Component({
  selector: 'k-state-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AgoPipe,
    DateTimePipe,
    Dialog,
    Icon,
    LanguageSelect,
    MilliPipe,
    MoneyPipe,
    QtyDialog,
    RouterLink,
    ThemeSelect,
    TranslocoDirective,
  ],
  templateUrl: './state-page.html',
  styles: `
    .lines > li {
      display: grid;
      gap: var(--s2);
    }
    .found button {
      display: flex;
      justify-content: space-between;
      gap: var(--s3);
      width: 100%;
      min-height: 56px;
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
      text-align: start;
      align-items: center;
      cursor: pointer;
    }
    .address {
      display: block;
    }
    .lost {
      display: grid;
      justify-items: start;
      gap: var(--s3);
    }
    .settings {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
      gap: var(--s4);
    }
  `,
})
export class StatePage {
  protected readonly till = inject(Till);
  protected readonly desk = inject(Desk);
  protected readonly awake = inject(Awake);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly refresh = RefreshCw;
  protected readonly dropping = signal<Receipt | null>(null);
  protected readonly leaving = signal(false);
  protected readonly counting = signal(false);
  protected readonly counted = signal<Good | null>(null);
  protected readonly query = signal('');
  protected readonly found = computed(() => {
    this.till.goodsVersion();
    const code = this.till.goods.byCode(this.query());
    return code ? [code.good] : this.till.goods.search(this.query(), 6);
  });
  protected readonly connection = computed(() =>
    this.till.lockedOut()
      ? 'pos.state.locked'
      : this.till.waking()
        ? 'pos.state.waking'
        : this.till.online()
          ? 'live.on'
          : 'pos.state.offline',
  );
  /** What asks for somebody's decision: refused by the server, or left with a device that is gone. */
  protected readonly apart = computed(() =>
    (['apart', 'left'] as const)
      .map((key) => {
        const belongs = ({ refusal }: Receipt | CashOperation): boolean =>
          (refusal?.code === LEFT_BEHIND) === (key === 'left');
        return {
          key,
          receipts: this.till.apart().filter(belongs),
          cash: this.till.apartCash().filter(belongs),
        };
      })
      .filter((part) => part.receipts.length || part.cash.length),
  );
  protected readonly beat = computed(() => {
    const at = this.desk.lastBeat();
    return at === null ? null : new Date(at);
  });
  protected readonly goodsCount = computed(() => {
    this.till.goodsVersion();
    return this.till.goods.size;
  });

  protected async settle(): Promise<void> {
    const receipt = this.dropping();
    if (!receipt) return;
    await this.till.settleByHand(receipt.number);
    this.dropping.set(null);
  }

  protected count(good: Good): void {
    this.counted.set(good);
    this.counting.set(true);
  }

  protected async report(qty: number): Promise<void> {
    const good = this.counted();
    if (!good) return;
    this.query.set('');
    if (qty === this.till.onHand(good)) {
      this.toasts.good(this.transloco.translate('pos.state.count_agrees'));
      return;
    }
    await this.till.report(good, qty);
    this.toasts.good(this.transloco.translate('pos.state.count_sent'));
  }

  protected refreshAll(): void {
    void this.desk.refresh(true);
    this.desk.soon(true);
  }
}
