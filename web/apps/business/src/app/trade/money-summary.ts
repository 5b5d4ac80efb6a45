import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DayPipe } from '@kerben/core';
import type { Statement, StatementKind, StatementSum } from './money-api';
import { yearOf } from './money-period';

/** Kinds of which a seller knows the single ones; of fees there is one for each sale. */
const COUNTED: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'sale',
  'refund',
  'payout',
  'payout_returned',
]);

/** What was on the balance before, what came and went, what is there after: like a slip of a till. */
@Component({
  selector: 'b-money-summary',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DayPipe, TranslocoDirective],
  template: `
    <dl class="k-card slip" *transloco="let t">
      <div class="edge">
        <dt>{{ t('money.opening', { day: (of().first | day) + year(of().first) }) }}</dt>
        <dd class="k-money">{{ of().opening.display }}</dd>
      </div>
      @for (sum of of().sums; track sum.kind) {
        <div>
          <dt>{{ t('money.sum.' + sum.kind) + count(sum) }}</dt>
          <dd class="k-money" [class.in]="sum.amount.amount > 0">
            {{ sum.amount.amount > 0 ? '+' : '' }}{{ sum.amount.display }}
          </dd>
        </div>
      } @empty {
        <div>
          <dt class="k-soft">{{ t('money.nothing_moved') }}</dt>
          <dd></dd>
        </div>
      }
      <div class="edge last">
        <dt>
          {{
            of().last === today()
              ? t('money.closing_now')
              : t('money.closing', { day: (of().last | day) + year(of().last) })
          }}
        </dt>
        <dd class="k-money">{{ of().closing.display }}</dd>
      </div>
    </dl>
  `,
  styles: `
    .slip > div {
      display: flex;
      justify-content: space-between;
      align-items: baseline;
      gap: var(--s4);
      padding-block: var(--s2);
    }
    dd {
      margin: 0;
      text-align: end;
    }
    .in {
      color: var(--juniper);
    }
    .edge {
      padding-top: 0;
      margin-bottom: var(--s2);
      border-bottom: 1px solid var(--line);
    }
    .last {
      margin: var(--s2) 0 0;
      padding-block: var(--s3) 0;
      border-top: 1px solid var(--line);
      border-bottom: 0;
      font-weight: 650;
    }
  `,
})
export class MoneySummary {
  readonly of = input.required<Statement>();
  readonly today = input.required<string>();

  /** « · 2», never alone on a line. */
  protected count(sum: StatementSum): string {
    return COUNTED.has(sum.kind) ? `\u00a0·\u00a0${sum.count}` : '';
  }

  protected year(day: string): string {
    return yearOf(day, this.today());
  }
}
