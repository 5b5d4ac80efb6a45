import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { DateTimePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { Paged } from '../goods/paged';
import { type StatementEntry, listEntries } from './money-api';
import { GROUPS, type Group, KINDS } from './money-kinds';
import { type Days, yearOf } from './money-period';

/** Single operations, newest first, with the order that each is about. */
@Component({
  selector: 'b-money-entries',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Empty, Failed, Loading, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <label class="k-field which">
        <span>{{ t('money.which') }}</span>
        <select class="k-select" (change)="choose($any($event.target).value)">
          <option value="">{{ t('money.all') }}</option>
          @for (one of groups; track one) {
            <option [value]="one" [selected]="one === group()">{{ t('money.group.' + one) }}</option>
          }
        </select>
      </label>
      @if (list.items(); as items) {
        @if (items.length) {
          <ul class="k-list" role="list" [attr.aria-busy]="list.busy()">
            @for (one of items; track one.id) {
              <li>
                <div class="line">
                  <span>{{ t('money.kind.' + one.kind) }}</span>
                  <span class="k-money" [class.in]="one.amount.amount > 0">
                    {{ one.amount.amount > 0 ? '+' : '' }}{{ one.amount.display }}
                  </span>
                </div>
                <div class="line k-small k-soft">
                  <span class="about">
                    <span>{{ one.at | dateTime }}{{ year(one.at) }}</span>
                    @if (one.order; as order) {
                      <a [routerLink]="['/orders', order.id]">{{
                        t('money.order', { number: order.number })
                      }}</a>
                    }
                  </span>
                  @if (one.balance; as balance) {
                    <span class="k-money">{{ t('money.after', { sum: balance.display }) }}</span>
                  }
                </div>
              </li>
            }
          </ul>
          @if (list.error()) {
            <k-failed [error]="list.error()" (again)="retry()" />
          } @else if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('money.none_here')" [text]="t('money.none_here_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading [count]="5" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s4);
      grid-template-columns: minmax(0, 1fr);
    }
    .which {
      max-width: 320px;
    }
    .line {
      display: flex;
      justify-content: space-between;
      align-items: baseline;
      gap: var(--s3);
    }
    .about {
      display: flex;
      flex-wrap: wrap;
      gap: 0 var(--s3);
    }
    .about > * {
      white-space: nowrap;
    }
    .in {
      color: var(--juniper);
    }
    .more {
      justify-self: center;
    }
  `,
})
export class MoneyEntries {
  readonly merchantId = input.required<string>();
  readonly days = input.required<Days>();
  readonly today = input.required<string>();
  /** Counts up when there may be something new. */
  readonly news = input(0);
  protected readonly list = new Paged<StatementEntry>();
  protected readonly groups = GROUPS.filter((group) => group !== 'other');
  protected readonly group = signal<Group | null>(null);
  private shown = '';

  constructor() {
    effect(() => {
      const merchantId = this.merchantId();
      const { from, to } = this.days();
      const group = this.group();
      this.news();
      const kinds = group && KINDS[group];
      const asked = [merchantId, from, to, group].join();
      const same = asked === this.shown;
      this.shown = asked;
      untracked(() =>
        this.list.start(
          (cursor, signal) => listEntries(merchantId, { from, to }, kinds, cursor, signal),
          same,
        ),
      );
    });
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected choose(text: string): void {
    this.group.set(GROUPS.find((group) => group === text) ?? null);
  }

  /** What failed was another page, or the first one again. */
  protected retry(): void {
    if (this.list.hasMore()) this.list.more();
    else this.list.again();
  }

  protected year(at: string): string {
    return yearOf(at, this.today());
  }
}
