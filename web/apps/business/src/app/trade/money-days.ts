import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { DayPipe, formatMoney } from '@kerben/core';
import type { Statement, StatementSum } from './money-api';
import { type Group, groupSum, shownGroups } from './money-kinds';
import { yearOf } from './money-period';

const BATCH = 31;
/** What stands between an amount and its currency. */
const NARROW = '\u202f';

/** The days on which the balance moved, newest first: a table where there is room for one, lines elsewhere. */
@Component({
  selector: 'b-money-days',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DayPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (wide()) {
        <div class="k-table-wrap" tabindex="0" role="region" [attr.aria-label]="t('money.by_day')">
          <table class="k-table">
            <thead>
              <tr>
                <th scope="col">{{ t('money.day') }}</th>
                @for (group of groups(); track group) {
                  <th scope="col" class="k-num">{{ t('money.group.' + group) }}</th>
                }
                <th scope="col" class="k-num">{{ t('money.left') }}, {{ unit() }}</th>
              </tr>
            </thead>
            <tbody>
              @for (one of days(); track one.day) {
                <tr>
                  <th scope="row">{{ one.day | day }}{{ year(one.day) }}</th>
                  @for (group of groups(); track group) {
                    <td class="k-num">{{ bare(text(one.sums, group)) }}</td>
                  }
                  <td class="k-num k-strong">{{ bare(one.closing.display) }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      } @else {
        <ul class="k-list" role="list">
          @for (one of days(); track one.day) {
            <li class="line">
              <h4>{{ one.day | day }}{{ year(one.day) }}</h4>
              <dl class="k-small">
                @for (group of groups(); track group) {
                  @if (text(one.sums, group); as sum) {
                    <div>
                      <dt class="k-soft">{{ t('money.group.' + group) }}</dt>
                      <dd class="k-money">{{ sum }}</dd>
                    </div>
                  }
                }
                <div class="left">
                  <dt>{{ t('money.left') }}</dt>
                  <dd class="k-money">{{ one.closing.display }}</dd>
                </div>
              </dl>
            </li>
          }
        </ul>
      }
      @if (days().length < of().days.length) {
        <button type="button" class="k-btn more" (click)="grow()">{{ t('common.more') }}</button>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s4);
      grid-template-columns: minmax(0, 1fr);
    }
    .more {
      justify-self: center;
    }
    tbody th {
      color: var(--ink);
    }
    tbody tr:last-child th {
      border-bottom: 0;
    }
    .line {
      display: grid;
      gap: var(--s1);
    }
    h4 {
      margin: 0;
      font-size: var(--t-body);
      font-weight: 650;
    }
    dl > div {
      display: flex;
      justify-content: space-between;
      gap: var(--s4);
      padding-block: 2px;
    }
    dd {
      margin: 0;
    }
    .left {
      font-weight: 650;
    }
  `,
})
export class MoneyDays {
  readonly of = input.required<Statement>();
  readonly today = input.required<string>();
  private readonly shown = signal(BATCH);
  protected readonly wide = signal(false);
  protected readonly groups = computed(() => shownGroups(this.of().sums));
  protected readonly unit = computed(() => formatMoney(0, this.of().closing.currency).slice(2));
  protected readonly days = computed(() => [...this.of().days].reverse().slice(0, this.shown()));

  constructor() {
    const query = matchMedia('(width >= 700px)');
    const look = (): void => this.wide.set(query.matches);
    look();
    query.addEventListener('change', look);
    inject(DestroyRef).onDestroy(() => query.removeEventListener('change', look));
  }

  protected text(sums: readonly StatementSum[], group: Group): string | null {
    const sum = groupSum(sums, group);
    return sum === null ? null : formatMoney(sum, this.of().closing.currency);
  }

  /** Without the currency, which the head of the table says: seven columns have no room for it. */
  protected bare(text: string | null): string {
    return text === null ? '—' : text.slice(0, text.lastIndexOf(NARROW));
  }

  protected year(day: string): string {
    return yearOf(day, this.today());
  }

  protected grow(): void {
    this.shown.update((n) => n + BATCH);
  }
}
