import { ChangeDetectionStrategy, Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { DateTimePipe, MoneyPipe, formatMoney } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowDownToLine, ArrowUpFromLine, Printer } from 'lucide';
import { Desk } from '../core/desk';
import { Till } from '../core/till';
import type { Shift } from '../core/types';
import { AmountDialog } from './amount-dialog';
import { ReportPaper } from './report-paper';

type Asked = 'open' | 'in' | 'out' | 'close' | null;

const CASHIER = 'kerben.pos.cashier';

/** The till's shift: its figures as they stand, cash in and out, and its end. */
@Component({
  selector: 'k-shift-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AmountDialog,
    DateTimePipe,
    Empty,
    Failed,
    Icon,
    Loading,
    MoneyPipe,
    ReportPaper,
    TranslocoDirective,
  ],
  template: `
    <main id="content" class="k-page k-page--narrow k-stack" *transloco="let t">
      <h1>{{ t('pos.shift.title') }}</h1>
      @if (till.shift(); as shift) {
        <p class="k-soft quiet">{{ t('pos.shift.since', { at: shift.opened_at | dateTime }) }}</p>
        @if (shift.refusal; as refusal) {
          <p class="k-notice k-notice--bad quiet">{{ t('pos.shift.refused', { reason: refusal.text }) }}</p>
        } @else if (shift.joined) {
          <p class="k-notice quiet">
            {{ t('pos.shift.joined', { sum: shift.opening_cash | money }) }}
          </p>
        }
        <div class="actions quiet">
          <button type="button" class="k-btn" (click)="asked.set('in')">
            <k-icon [of]="into" /> {{ t('pos.shift.cash_in') }}
          </button>
          <button type="button" class="k-btn" (click)="asked.set('out')">
            <k-icon [of]="out" /> {{ t('pos.shift.cash_out') }}
          </button>
          <button type="button" class="k-btn k-btn--primary" (click)="asked.set('close')">
            {{ t('pos.shift.close') }}
          </button>
        </div>
      } @else if (!shown()) {
        <k-empty [heading]="t('pos.shift.closed')" [text]="t('pos.shift.closed_text')">
          <button type="button" class="k-btn k-btn--primary k-btn--large" (click)="asked.set('open')">
            {{ t('pos.shift.open') }}
          </button>
        </k-empty>
      } @else {
        <div class="actions quiet">
          <button type="button" class="k-btn k-btn--primary" (click)="asked.set('open')">
            {{ t('pos.shift.open') }}
          </button>
        </div>
      }
      @if (shown()) {
        @if (report.hasValue() && report.value(); as figures) {
          <k-report-paper [report]="figures" />
          <button type="button" class="k-btn quiet" (click)="print()">
            <k-icon [of]="printer" /> {{ t('pos.receipt.print') }}
          </button>
        } @else if (report.error()) {
          <k-failed [error]="report.error()" (again)="report.reload()" />
        } @else {
          <k-loading [count]="3" />
        }
      }
      @if (earlier.hasValue() && earlier.value().length) {
        <section class="k-stack k-stack--tight quiet">
          <h2>{{ t('pos.shift.earlier') }}</h2>
          <ul role="list" class="k-list">
            @for (old of earlier.value(); track old.key) {
              <li>
                <button type="button" class="old" (click)="chosen.set(old)">
                  <span>
                    {{ t('pos.report.z') }}
                    @if (old.z_number) {
                      № {{ old.z_number }}
                    }
                    <br />
                    <span class="k-soft k-small">
                      {{ old.closed_at | dateTime }}
                      @if (old.cashier) {
                        · {{ old.cashier }}
                      }
                    </span>
                    @if (old.refusal; as refusal) {
                      <br />
                      <span class="k-small refused">
                        {{
                          refusal.text
                            ? t('pos.shift.refused', { reason: refusal.text })
                            : t('pos.shift.left_behind')
                        }}
                      </span>
                    }
                  </span>
                  @if (old.counted_cash !== null) {
                    <span class="k-money">{{ old.counted_cash | money }}</span>
                  }
                </button>
              </li>
            }
          </ul>
        </section>
      }

      <k-amount-dialog
        [open]="asked() !== null"
        (openChange)="$event || asked.set(null)"
        [heading]="t('pos.shift.' + heading())"
        [text]="heading() === 'open' || heading() === 'close' ? t('pos.shift.' + heading() + '_text') : ''"
        [action]="t('pos.shift.' + heading() + '_do')"
        [zero]="asked() === 'open' || asked() === 'close'"
        [wordsLabel]="
          asked() === 'open' ? t('pos.shift.cashier') : asked() === 'close' ? '' : t('pos.shift.reason')
        "
        [wordsNeeded]="asked() === 'in' || asked() === 'out'"
        [words]="asked() === 'open' ? cashier : ''"
        [busy]="busy()"
        (accepted)="accept($event)"
      />
    </main>
  `,
  styles: `
    .actions {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--s2);
    }
    .actions .k-btn--primary {
      grid-column: 1 / -1;
    }
    li {
      padding: 0;
    }
    .old {
      display: flex;
      align-items: center;
      justify-content: space-between;
      width: 100%;
      min-height: 72px;
      padding: var(--s2) var(--s4);
      border: 0;
      background: none;
      color: inherit;
      text-align: start;
      cursor: pointer;
    }
    .refused {
      color: var(--felt);
    }
    @media print {
      .quiet,
      h1 {
        display: none !important;
      }
      .k-page {
        padding: 0;
      }
    }
  `,
})
export class ShiftPage {
  protected readonly till = inject(Till);
  private readonly desk = inject(Desk);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly into = ArrowDownToLine;
  protected readonly out = ArrowUpFromLine;
  protected readonly printer = Printer;
  protected readonly asked = signal<Asked>(null);
  /** The last thing asked: the dialog keeps its words while it goes away. */
  protected readonly heading = linkedSignal<Asked, Exclude<Asked, null>>({
    source: this.asked,
    computation: (asked, before) => asked ?? before?.value ?? 'open',
  });
  protected readonly busy = signal(false);
  /** A closed shift whose Z report is looked at. */
  protected readonly chosen = signal<Shift | null>(null);
  protected readonly shown = (): Shift | null => this.chosen() ?? this.till.shift();
  protected cashier = readCashier();

  protected readonly report = resource({
    params: () => ({ shift: this.shown(), changes: this.till.waiting(), online: this.till.online() }),
    loader: async ({ params }) => {
      if (!params.shift) return null;
      const known = await this.till.store.db.get('shifts', params.shift.key);
      return this.desk.report(known ?? params.shift);
    },
  });
  protected readonly earlier = resource({
    params: () => ({ open: this.till.shift()?.key, changes: this.till.waiting() }),
    loader: async () => {
      const all = await this.till.store.db.getAllFromIndex('shifts', 'opened_at');
      return all
        .filter((shift) => shift.closed_at)
        .reverse()
        .slice(0, 10);
    },
  });

  constructor() {
    // Another browser with this till's code may have opened or closed it.
    void this.desk.meet();
  }

  protected async accept({ amount, words }: { amount: number; words: string }): Promise<void> {
    const asked = this.asked();
    if (!asked || this.busy()) return;
    this.busy.set(true);
    try {
      if (asked === 'open') {
        await this.till.openShift(words, amount);
        this.chosen.set(null);
        this.keepCashier(words);
      } else if (asked === 'close') {
        const closed = await this.till.closeShift(amount);
        this.chosen.set(closed);
      } else await this.till.moveCash(asked, amount, words);
      this.asked.set(null);
      this.toasts.good(this.transloco.translate(`pos.shift.${asked}_done`, { sum: formatMoney(amount) }));
    } catch {
      this.toasts.bad(this.transloco.translate<string>('pos.pay.not_written'));
    } finally {
      this.busy.set(false);
    }
  }

  protected print(): void {
    window.print();
  }

  private keepCashier(name: string): void {
    this.cashier = name;
    try {
      localStorage.setItem(CASHIER, name);
    } catch {
      // Asked again next time.
    }
  }
}

function readCashier(): string {
  try {
    return localStorage.getItem(CASHIER) ?? '';
  } catch {
    return '';
  }
}
