import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  resource,
  signal,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { DateTimePipe, MoneyPipe } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading } from '@kerben/design';
import { ChevronRight } from 'lucide';
import { Paged } from '../goods/paged';
import { CurrentShop } from '../shell/current-shop';
import { liveRefresh } from './live-refresh';
import { cashRows, minor, reportRows } from './shift-sums';
import { type Shift, listDevices } from './trade-api';

/** Shifts of the tills with their X and Z reports. */
@Component({
  selector: 'b-shifts',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Dialog, Empty, Failed, Icon, Loading, MoneyPipe, TranslocoDirective],
  template: `
    <div class="k-stack" *transloco="let t">
      @if (list.items(); as items) {
        @if (items.length) {
          <ul class="k-list" role="list" [attr.aria-busy]="list.busy()">
            @for (one of items; track one.shift_id) {
              <li>
                <button type="button" (click)="show(one)">
                  <span class="k-grow">
                    <span class="k-strong">{{
                      one.z_number ? t('trade.shift.z', { n: one.z_number }) : t('trade.shift.open')
                    }}</span>
                    <span class="k-soft k-small">
                      {{ tillName(one) }} · {{ one.opened_at | dateTime }}
                      @if (one.closed_at) {
                        – {{ one.closed_at | dateTime }}
                      }
                    </span>
                  </span>
                  <span class="sum">
                    <span class="k-money k-strong">{{ sum(one.revenue.total) | money }}</span>
                    @if (one.difference) {
                      <span class="k-badge k-badge--warn">{{ sum(one.difference) | money }}</span>
                    } @else {
                      <span class="k-soft k-small">{{
                        t('trade.today.n_receipts', { n: one.receipts })
                      }}</span>
                    }
                  </span>
                  <k-icon [of]="icons.go" [size]="18" />
                </button>
              </li>
            }
          </ul>
          @if (list.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="list.busy()" (click)="list.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('trade.shift.none')" [text]="t('trade.shift.none_text')" />
        }
      } @else if (list.error()) {
        <k-failed [error]="list.error()" (again)="list.again()" />
      } @else {
        <k-loading />
      }

      <k-dialog [(open)]="open" [heading]="heading()">
        @if (report.hasValue() && report.value(); as one) {
          <div class="k-stack">
            <p class="k-soft k-small">
              {{ tillName(one) }}
              @if (one.cashier) {
                · {{ one.cashier }}
              }
              <br />{{ one.opened_at | dateTime }}
              @if (one.closed_at) {
                – {{ one.closed_at | dateTime }}
              }
            </p>
            <dl class="sums">
              @for (row of rows(one); track row.key) {
                <dt [class.k-strong]="row.strong">
                  {{ t('trade.shift.' + row.key) }}
                  @if (row.count) {
                    <span class="k-soft k-small k-num">{{ row.count }}</span>
                  }
                </dt>
                <dd class="k-money" [class.k-strong]="row.strong">{{ row.minor | money }}</dd>
              }
            </dl>
            <h3>{{ t('trade.shift.cash') }}</h3>
            <dl class="sums">
              @for (row of cash(one); track row.key) {
                <dt [class.k-strong]="row.strong">{{ t('trade.shift.' + row.key) }}</dt>
                <dd class="k-money" [class.k-strong]="row.strong" [class.bad]="row.key === 'difference'">
                  {{ row.minor | money }}
                </dd>
              }
            </dl>
            @if (one.late?.count) {
              <p class="k-notice">
                {{ t('trade.shift.late', { n: one.late!.count, sum: sum(one.late!.revenue.total) | money }) }}
              </p>
            }
          </div>
        } @else if (report.error()) {
          <k-failed [error]="report.error()" (again)="report.reload()" />
        } @else {
          <k-loading />
        }
      </k-dialog>
    </div>
  `,
  styles: `
    li {
      padding: 0;
    }
    li button {
      display: flex;
      align-items: center;
      gap: var(--s3);
      width: 100%;
      min-height: 64px;
      padding: var(--s2) var(--s4);
      border: 0;
      background: transparent;
      text-align: start;
      cursor: pointer;
    }
    li button:hover {
      background: var(--sunken);
    }
    li k-icon {
      color: var(--clay);
    }
    .k-grow,
    .sum {
      display: grid;
    }
    .sum {
      justify-items: end;
    }
    .more {
      justify-self: center;
    }
    .sums {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--s2) var(--s4);
      margin: 0;
    }
    .sums dd {
      margin: 0;
      text-align: end;
    }
    .bad {
      color: var(--felt);
    }
  `,
})
export class Shifts {
  protected readonly list = new Paged<Shift>();
  protected readonly icons = { go: ChevronRight };
  protected readonly open = signal(false);
  private readonly shownId = signal<string | null>(null);
  private readonly current = inject(CurrentShop);
  private readonly devices = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) => listDevices(params, abortSignal),
  });
  protected readonly report = resource({
    params: () => this.shownId() ?? undefined,
    loader: ({ params, abortSignal }) =>
      call(
        api.GET('/api/v1/shifts/{shift_id}', { params: { path: { shift_id: params } }, signal: abortSignal }),
      ),
  });
  protected readonly heading = computed(() => {
    const id = this.shownId();
    const shift = this.list.items()?.find((one) => one.shift_id === id);
    return shift?.z_number
      ? this.transloco.translate('trade.shift.z', { n: shift.z_number })
      : this.transloco.translate('trade.shift.x');
  });
  private readonly transloco = inject(TranslocoService);

  constructor() {
    effect(() => {
      const shop_id = this.current.shopId();
      this.list.start(
        (cursor, signal) =>
          call(
            api.GET('/api/v1/shops/{shop_id}/shifts', {
              params: { path: { shop_id }, query: { cursor, limit: 24 } },
              signal,
            }),
          ),
        false,
      );
    });
    // What an open shift has taken grows with every receipt, and receipts move the stock.
    liveRefresh(
      () => [`shop:${this.current.shopId()}`],
      () => {
        if (!this.open() && (this.list.items()?.length ?? 0) <= 24) this.list.again();
      },
      3000,
    );
    inject(DestroyRef).onDestroy(() => this.list.stop());
  }

  protected show(shift: Shift): void {
    this.shownId.set(shift.shift_id);
    this.report.reload();
    this.open.set(true);
  }

  protected tillName(shift: Shift): string {
    const all = this.devices.hasValue() ? this.devices.value() : [];
    return all.find((d) => d.device_id === shift.device_id)?.name ?? '';
  }

  protected sum(major: number): number {
    return minor(major);
  }

  protected rows(shift: Shift): ReturnType<typeof reportRows> {
    return reportRows(shift);
  }

  protected cash(shift: Shift): ReturnType<typeof cashRows> {
    return cashRows(shift);
  }
}
