import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Session } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { Download } from 'lucide';
import { type Statement, exportPath, getStatement } from './money-api';
import { MoneyDays } from './money-days';
import { MoneyEntries } from './money-entries';
import type { Days } from './money-period';
import { MoneySummary } from './money-summary';
import { download } from './trade-api';

/** The statement of some days: what was, came, went and is; by day or one operation after another; and as a file. */
@Component({
  selector: 'b-money-statement',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, Failed, Icon, Loading, MoneyDays, MoneyEntries, MoneySummary, TranslocoDirective],
  template: `
    <div class="columns" *transloco="let t">
      @if (shown(); as of) {
        <div class="k-stack" [attr.aria-busy]="statement.isLoading()">
          <b-money-summary [of]="of" [today]="today()" />
          <button type="button" class="k-btn" [disabled]="saving()" (click)="save()">
            <k-icon [of]="icons.file" [size]="18" /> {{ t('money.download') }}
          </button>
        </div>
        @if (of.days.length) {
          <section class="k-stack" aria-labelledby="moves">
            <h3 class="k-sr" id="moves">{{ t('money.moves') }}</h3>
            <div class="k-chips" role="group" [attr.aria-label]="t('money.moves')">
              @for (one of views; track one) {
                <button
                  type="button"
                  class="k-chip"
                  [attr.aria-pressed]="view() === one"
                  (click)="view.set(one)"
                >
                  {{ t('money.' + one) }}
                </button>
              }
            </div>
            @if (view() === 'by_day') {
              <b-money-days [of]="of" [today]="today()" />
            } @else {
              <b-money-entries
                [merchantId]="merchantId()"
                [days]="days()"
                [today]="today()"
                [news]="news()"
              />
            }
          </section>
        } @else {
          <k-empty [heading]="t('money.none')" [text]="t('money.none_text')" />
        }
      } @else if (statement.error()) {
        <k-failed [error]="statement.error()" (again)="statement.reload()" />
      } @else {
        <k-loading [count]="4" />
      }
    </div>
  `,
  styles: `
    .columns {
      display: grid;
      gap: var(--s5);
      grid-template-columns: minmax(0, 1fr);
      align-items: start;
    }
    .k-btn {
      justify-self: start;
    }
    @media (width >= 1000px) {
      .columns:has(b-money-summary) {
        grid-template-columns: 348px minmax(0, 1fr);
      }
    }
  `,
})
export class MoneyStatement {
  readonly merchantId = input.required<string>();
  readonly days = input.required<Days>();
  readonly today = input.required<string>();
  /** Counts up when there may be something new. */
  readonly news = input(0);
  private readonly session = inject(Session);
  private readonly toasts = inject(Toasts);
  protected readonly icons = { file: Download };
  protected readonly views = ['by_day', 'one_by_one'] as const;
  protected readonly view = signal<(typeof this.views)[number]>('by_day');
  protected readonly saving = signal(false);
  private readonly asked = computed(() => ({ merchantId: this.merchantId(), ...this.days() }));
  protected readonly statement = resource({
    params: () => this.asked(),
    loader: ({ params: { merchantId, from, to }, abortSignal }) =>
      getStatement(merchantId, { from, to }, abortSignal),
  });
  /** What was shown stays until the answer for other days is there; never another seller's. */
  protected readonly shown = linkedSignal<
    { merchantId: string; found: Statement | null; failed: boolean },
    Statement | null
  >({
    source: () => ({
      merchantId: this.merchantId(),
      found: this.statement.hasValue() ? this.statement.value() : null,
      failed: !!this.statement.error(),
    }),
    computation: (now, before) => {
      if (now.found || now.failed) return now.found;
      return before && before.source.merchantId === now.merchantId ? before.value : null;
    },
  });

  constructor() {
    effect(() => {
      if (this.news()) untracked(() => this.statement.reload());
    });
  }

  protected async save(): Promise<void> {
    this.saving.set(true);
    const days = this.days();
    try {
      const path = exportPath(this.merchantId(), days);
      await download(path, await this.session.token(), `kerben-${days.from}-${days.to}.csv`);
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.saving.set(false);
    }
  }
}
