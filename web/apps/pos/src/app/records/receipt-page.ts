import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  booleanAttribute,
  computed,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { MoneyPipe } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { WedgeScanner } from '@kerben/features/scanner';
import { ArrowLeft, Ban, CircleCheck, Printer, Undo2 } from 'lucide';
import { Cart } from '../core/cart';
import { LEFT_BEHIND } from '../core/handover';
import { canVoid, isVoided, returnable } from '../core/refunds';
import { Till } from '../core/till';
import { Focus } from '../parts/focus';
import { ReceiptPaper } from '../parts/receipt-paper';

/** One receipt: right after paying with the change, later to print it, take it back or void it. */
@Component({
  selector: 'k-receipt-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Dialog,
    Empty,
    Failed,
    Focus,
    Icon,
    Loading,
    MoneyPipe,
    ReceiptPaper,
    RouterLink,
    TranslocoDirective,
  ],
  template: `
    <main id="content" class="k-page k-page--narrow k-stack" *transloco="let t">
      @if (found.hasValue()) {
        @if (found.value(); as it) {
          @if (done()) {
            <header class="done">
              <k-icon [of]="check" [size]="32" />
              <h1>{{ t('pos.receipt.done_' + it.receipt.type) }}</h1>
              @if (it.receipt.received !== null && it.receipt.received > it.receipt.total) {
                <p class="change">
                  <span>{{ t('pos.pay.change') }}</span>
                  <strong class="k-money">{{ it.receipt.received - it.receipt.total | money }}</strong>
                </p>
              }
            </header>
          } @else {
            <header class="k-row k-row--nowrap">
              <a class="k-icon-btn" routerLink="/receipts" [attr.aria-label]="t('common.back')">
                <k-icon [of]="back" />
              </a>
              <h1 class="k-num">№ {{ it.receipt.number }}</h1>
            </header>
          }
          @if (it.receipt.delivery === 'waiting' && !till.online()) {
            <p class="k-notice k-notice--warn quiet">{{ t('pos.receipt.waits') }}</p>
          } @else if (it.receipt.delivery === 'kept_apart') {
            <p class="k-notice k-notice--bad quiet">
              {{
                it.receipt.refusal?.code === left
                  ? t('pos.receipt.left_behind')
                  : t('pos.receipt.refused', { reason: it.receipt.refusal?.text })
              }}
            </p>
          }
          @if (it.voided) {
            <p class="k-notice quiet">{{ t('pos.receipt.voided') }}</p>
          } @else if (it.returned) {
            <p class="k-notice quiet">{{ t('pos.receipt.returned') }}</p>
          }
          @if (done()) {
            <div class="actions two">
              <a kFocus class="k-btn k-btn--primary k-btn--large" routerLink="/">{{
                t('pos.receipt.next')
              }}</a>
              <button type="button" class="k-btn k-btn--large" (click)="print()">
                <k-icon [of]="printer" /> {{ t('pos.receipt.print') }}
              </button>
            </div>
          }
          <k-receipt-paper [receipt]="it.receipt" />
          @if (!done()) {
            <div class="actions">
              <button type="button" class="k-btn" (click)="print()">
                <k-icon [of]="printer" /> {{ t('pos.receipt.print') }}
              </button>
              @if (it.canReturn) {
                <a class="k-btn" [routerLink]="['/receipts', it.receipt.number, 'refund']">
                  <k-icon [of]="undo" /> {{ t('pos.receipt.refund_it') }}
                </a>
              }
              @if (it.canVoid) {
                <button type="button" class="k-btn k-btn--danger" (click)="asking.set(true)">
                  <k-icon [of]="ban" /> {{ t('pos.receipt.void_it') }}
                </button>
              }
            </div>
          }
        } @else {
          <h1 class="k-sr">{{ t('pos.receipts.title') }}</h1>
          <k-empty [heading]="t('pos.receipts.not_here')" [text]="t('pos.receipts.gone_text')">
            <a class="k-btn" routerLink="/receipts">{{ t('pos.receipts.title') }}</a>
          </k-empty>
        }
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading />
      }
      <k-dialog [(open)]="asking" [heading]="t('pos.receipt.void_heading')">
        @if (asking()) {
          <div class="k-stack">
            <p>{{ t('pos.receipt.void_text') }}</p>
            <button
              kFocus
              type="button"
              class="k-btn k-btn--primary k-btn--large"
              [disabled]="busy()"
              (click)="undoAll()"
            >
              {{ t('pos.receipt.void_it') }}
            </button>
          </div>
        }
      </k-dialog>
    </main>
  `,
  styles: `
    header .k-icon-btn {
      margin-inline-start: -20px;
    }
    .done {
      display: grid;
      justify-items: center;
      gap: var(--s1);
      color: var(--juniper);
      text-align: center;
    }
    .done h1 {
      color: var(--ink);
    }
    .change {
      display: grid;
      color: var(--ink);
    }
    .change strong {
      font-size: 2.75rem;
      line-height: 1.1;
    }
    .actions {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
      gap: var(--s2);
    }
    .actions .k-btn {
      padding-inline: var(--s3);
      white-space: nowrap;
    }
    .two {
      grid-template-columns: 1.4fr 1fr;
    }
    @media print {
      header,
      .actions,
      .quiet {
        display: none !important;
      }
      .k-page {
        padding: 0;
      }
    }
  `,
})
export class ReceiptPage {
  protected readonly till = inject(Till);
  private readonly cart = inject(Cart);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  readonly number = input.required<string>();
  /** It was made just now. */
  readonly done = input(false, { transform: booleanAttribute });

  protected readonly left = LEFT_BEHIND;
  protected readonly check = CircleCheck;
  protected readonly back = ArrowLeft;
  protected readonly printer = Printer;
  protected readonly undo = Undo2;
  protected readonly ban = Ban;
  protected readonly asking = signal(false);
  protected readonly busy = signal(false);

  private readonly changes = computed(() => `${this.till.waiting()} ${this.till.apart().length}`);
  protected readonly found = resource({
    params: () => ({ number: this.number(), changes: this.changes() }),
    loader: async ({ params }) => {
      const receipt = await this.till.store.db.get('receipts', params.number);
      if (!receipt) return null;
      const naming = await this.till.store.naming(receipt.number);
      const left = receipt.type === 'sale' ? returnable(receipt, naming) : [];
      const stands = receipt.delivery !== 'kept_apart' && receipt.delivery !== 'settled_by_hand';
      const voided = isVoided(receipt, naming);
      return {
        receipt,
        voided,
        canVoid: canVoid(receipt, naming),
        canReturn: stands && left.some((entry) => entry.left > 0),
        returned: !voided && left.some((entry) => entry.left < entry.line.qty),
      };
    },
  });

  constructor() {
    // The next buyer's goods may be scanned from here: that begins the next receipt.
    const stop = inject(WedgeScanner).listen((code) => {
      const found = this.till.goods.byCode(code);
      if (!this.done() || !found) return;
      if (found.good.unit === 'pcs' || found.qty !== null)
        this.cart.add(found.good, found.qty ?? 1000, found.discount);
      void this.router.navigate(['/']);
    });
    inject(DestroyRef).onDestroy(stop);
  }

  protected print(): void {
    window.print();
  }

  protected async undoAll(): Promise<void> {
    const it = this.found.hasValue() ? this.found.value() : null;
    if (!it || this.busy()) return;
    this.busy.set(true);
    try {
      const { number, payment, lines, total } = it.receipt;
      await this.till.ring({ type: 'void', original: number, payment, lines, total, received: null });
      this.asking.set(false);
      this.toasts.good(this.transloco.translate('pos.receipt.voided_now', { number }));
    } catch {
      this.toasts.bad(this.transloco.translate<string>('pos.pay.not_written'));
    } finally {
      this.busy.set(false);
    }
  }
}
